"""People at a browser: they go where their screens lead, fill fields by their label and press buttons by their name."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page, Response, expect

from intake.demo.names import A_PDF
from tests.browser.conftest import House, check_accessible

Answer = str | bool | date | FilePayload | list[str]
Answers = dict[str, Answer]

PDF: FilePayload = {"name": "document.pdf", "mimeType": "application/pdf", "buffer": A_PDF}
"""A document to add wherever one is asked."""
EXAMINED: set[str] = set()
"""The kinds of screens this session has examined: each is, once."""


class Someone:
    """One person, one browser: `claire.does("Proposer une place", {"Mois d’entrée": "avril 2027"})`."""

    def __init__(self, house: House, context: BrowserContext, first_name: str) -> None:
        self.house, self.context, self.first_name = house, context, first_name
        self.email = f"{first_name}@exemple.fr".lower().translate(str.maketrans("éèô", "eeo"))
        self.dossier = ""
        self.page: Page = context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("response", self.no_failure)

    def no_failure(self, response: Response) -> None:
        """Nothing the server says is a failure of its own."""
        assert response.status < 500, f"{response.request.method} {response.url} answered {response.status}"

    # Going -----------------------------------------------------------------------------------------------------------

    def opens(self, path: str) -> Someone:
        """Open an address of the house."""
        self.page.goto(self.house.url + path)
        if "/connexion?suite=" in self.page.url or "/reprendre?suite=" in self.page.url:
            self.asks_for_a_link().follows_the_link()
        return self.looks()

    def looks(self) -> Someone:
        """The screen answers to every rule of accessibility; each kind of screen is examined once, and once with each banner."""
        expect(self.page.locator("h1")).to_have_count(1)
        if not self.examines:
            return self
        kind = re.sub(r"[\w-]{22,}", "…", self.page.url.removeprefix(self.house.url).split("?")[0])
        classes = "all => [...new Set(all.map(one => one.className))].sort()"
        told = self.page.locator("main .banner, main .error").evaluate_all(classes)
        screen = f"{kind} {told} {(self.page.viewport_size or {}).get('width')}"
        if screen not in EXAMINED:
            EXAMINED.add(screen)
            check_accessible(self.page)
        return self

    examines = True

    def signs_in(self) -> Someone:
        """Ask for the link, follow it (in development the page shows it), open the dossier."""
        self.opens("/connexion")
        return self.asks_for_a_link().follows_the_link()

    def asks_for_a_link(self) -> Someone:
        """From the sign-in page to « Regardez vos courriels »; sessions end, some weeks pass."""
        self.fills({"Adresse électronique": self.email})
        return self.presses("Recevoir mon lien de " + ("reprise" if "/reprendre" in self.page.url else "connexion"))

    def follows_the_link(self) -> Someone:
        """From « Regardez vos courriels » to one's own home."""
        self.presses("Suivre le lien de la lettre")
        return self.presses("Ouvrir mon dossier")

    def goes_to(self, name: str) -> Someone:
        """Follow a link, by its name."""
        self.link(name).first.click()
        self.page.wait_for_load_state()
        return self.looks()

    def goes_home(self) -> Someone:
        """To one's own journey, or to the dossier one works on."""
        return self.opens(f"/dossier/{self.dossier}" if self.dossier else "/mon-parcours")

    # Doing -----------------------------------------------------------------------------------------------------------

    def does(self, step: str, answers: Answers | None = None, *, button: str = "") -> Someone:
        """From one's home: the step's link, its form, its button; then the step is behind."""
        return self.goes_home().goes_to(step).completes(step, answers, button=button)

    def completes(self, step: str, answers: Answers | None = None, *, button: str = "") -> Someone:
        """The form of a step that is open, its button, once more when there is something to read again."""
        self.fills(answers or {})
        self.presses(button or step)
        if self.page.locator("[data-a-relire]").count():
            self.presses(button or step)
        assert not self.page.locator(".banner.problem, .error").count(), (
            f"{self.first_name} : {step} : " + " · ".join(self.page.locator(".banner, .error").all_inner_texts()))
        return self

    def cannot(self, step: str) -> Locator:
        """The step is shown as not possible; what is said of it."""
        self.goes_home()
        expect(self.page.locator("main").get_by_role("link", name=as_read(step))).to_have_count(0)
        why = self.page.locator("main details").filter(has_text=step)
        expect(why).to_have_count(1)
        return why

    def presses(self, name: str) -> Someone:
        """Press a button, by its name; wait for what it leads to."""
        button = self.page.get_by_role("button", name=as_read(name))
        with self.page.expect_response(is_answer) as answered:
            button.click()
        target = answered.value.headers.get("hx-redirect") or answered.value.headers.get("location")
        if target:
            self.page.wait_for_url(lambda url: url.endswith(target))
        else:
            expect(self.page.locator(".htmx-request")).to_have_count(0)
            self.page.wait_for_load_state()
        return self.looks()

    def fills(self, answers: Answers) -> Someone:
        """Fill in fields, each by its label."""
        for label, answer in answers.items():
            self.fill(label, answer)
        return self

    def fill(self, label: str, answer: Answer) -> None:
        """One field, whatever it is: a day, a choice, choices, a tick, a document, words."""
        named = as_read(label, r"(\s\(facultatif\))?")
        group = self.page.get_by_role("group", name=named)
        if isinstance(answer, date):
            for part, value in (("Jour", answer.day), ("Mois", answer.month), ("Année", answer.year)):
                group.get_by_label(part).fill(str(value))
        elif isinstance(answer, list):
            for one in answer:
                group.get_by_role("checkbox", name=as_read(one)).check()
        elif answer is True:
            self.page.get_by_role("checkbox", name=named).check()
        elif isinstance(answer, dict):
            self.page.get_by_label(named).set_input_files(answer)
            self.adds_the_file(label)
        elif group.count():
            group.get_by_role("radio", name=as_read(str(answer))).check()
        else:
            self.write(self.page.get_by_label(named), str(answer))

    def adds_the_file(self, label: str) -> None:
        """Where files are added one by one, press their button and wait until they are listed."""
        shelf = self.page.locator("[data-shelf]").filter(has=self.page.locator("label", has_text=as_read(label, r".*")))
        if shelf.count():
            shelf.get_by_role("button", name="Ajouter ce fichier").click()
            expect(shelf.get_by_role("heading", name="Déjà ajouté")).to_be_visible()

    def write(self, control: Locator, words: str) -> None:
        """Words in a box, or one line of a list."""
        if control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(control.locator("option").filter(has_text=as_read(words)).get_attribute("value"))
        else:
            control.fill(words)

    # Seeing ----------------------------------------------------------------------------------------------------------

    def link(self, name: str) -> Locator:
        """A link of the page, by its name; else by the beginning of a name that goes on for those who hear it."""
        links = self.page.locator("main, header, footer")
        whole = links.get_by_role("link", name=as_read(name))
        return whole if whole.count() else links.get_by_role("link", name=as_read(name, r"\s.*"))

    def reads(self, *sentences: str) -> Someone:
        """These words are on the screen."""
        for sentence in sentences:
            expect(self.page.locator("body")).to_contain_text(spaced(sentence))
        return self

    def reads_nowhere(self, *sentences: str) -> Someone:
        """These words are not on the screen."""
        for sentence in sentences:
            expect(self.page.locator("body")).not_to_contain_text(spaced(sentence))
        return self


def is_answer(response: Response) -> bool:
    """What a pressed button is answered; drafts save themselves meanwhile."""
    return response.request.method == "POST" and not response.url.endswith("/brouillon")


def spaced(sentence: str) -> re.Pattern[str]:
    """A sentence, whatever its spaces are made of: some do not break a line."""
    return re.compile(r"\s".join(re.escape(word) for word in sentence.split()))


def as_read(name: str, after: str = "") -> re.Pattern[str]:
    """A name as a screen reader says it, from its first word to its last."""
    return re.compile(f"^{spaced(name).pattern}{after}$")


People = Callable[[str], Someone]


def entering(house: House, browser: Browser, *, javascript: bool = True) -> People:
    """`enter("Claire")`: a person at a browser of their own, in French, in Paris."""
    def enter(first_name: str) -> Someone:
        context = browser.new_context(
            locale="fr-FR", timezone_id="Europe/Paris", viewport={"width": 1280, "height": 900},
            java_script_enabled=javascript)
        person = Someone(house, context, first_name)
        person.examines = javascript
        return person
    return enter
