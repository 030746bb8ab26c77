"""The fields of every form: forgiving to type in, exact in what they say (SCREENS 2.3). Plain WTForms, bare French.

Each takes `missing="Saisissez votre prénom"` (the sentence when nothing is answered) and `optional=True`. Templates
read `control` (how it is drawn), `focus_id` (where an error leads) and, for a date, `parts` and `wrong_parts`.
"""

from workflows.fields.base import Asked, Sentence, clean, is_storable
from workflows.fields.choices import (
    ChoiceField,
    ChoicesField,
    DateChoiceField,
    MonthField,
    PeopleField,
    PersonField,
    TickField,
    YesNoField,
)
from workflows.fields.days import DayField, DayPart, WrittenDayField, read_day
from workflows.fields.identifiers import IbanField, NirField, SiretField, masked_iban
from workflows.fields.kept import answers_to_json, to_json
from workflows.fields.numbers import MoneyField, NumberField
from workflows.fields.pieces import PieceField
from workflows.fields.rows import TableField
from workflows.fields.words import EmailField, LinesField, NameField, PhoneField, PostcodeField, TextField, said_phone

__all__ = [
    "Asked", "ChoiceField", "ChoicesField", "DateChoiceField", "DayField", "DayPart", "EmailField", "IbanField",
    "LinesField", "MoneyField", "MonthField", "NameField", "NirField", "NumberField", "PeopleField", "PersonField",
    "PhoneField", "PieceField", "PostcodeField", "Sentence", "SiretField", "TableField", "TextField", "TickField",
    "WrittenDayField", "YesNoField", "answers_to_json", "clean", "is_storable", "masked_iban", "read_day", "said_phone",
    "to_json",
]
