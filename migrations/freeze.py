"""`python migrations/freeze.py` writes the SQL of 0001 again, from the tables: until the first release, never after."""

from pathlib import Path

from intake.models.schema import statements

if __name__ == "__main__":
    for dialect in ("sqlite", "postgresql"):
        file = Path(__file__).parent / f"0001_the_whole_journey.{dialect}.sql"
        file.write_text(";\n\n".join(statements(dialect)) + ";\n")
