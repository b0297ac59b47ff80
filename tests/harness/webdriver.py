"""A W3C WebDriver client for WebKitWebDriver: only what is needed for one window."""

import base64
import json
import urllib.error
import urllib.request

from harness.loopback import free_port
from harness.process import descendants
from harness.wait import until

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ENTER, ESCAPE, DOWN, UP, CONTROL, TAB = "\ue007", "\ue00c", "\ue015", "\ue013", "\ue009", "\ue004"
F2 = "\ue032"

# Finds visible elements by ARIA role and accessible name, the way a person with a screen reader does.
FIND = """
const [role, wanted, exact] = arguments;
const kinds = {
  button: 'button, summary, input[type=submit], input[type=button], [role=button]',
  textbox: 'input:not([type]), input[type=text], input[type=search], input[type=password], textarea, [role=textbox], [role=searchbox], [role=combobox]',
  radio: 'input[type=radio], [role=radio]',
  checkbox: 'input[type=checkbox], [role=checkbox], [role=switch]',
  combobox: 'select, [role=combobox]',
  dialog: 'dialog[open], [role=dialog], [role=alertdialog]',
  heading: 'h1, h2, h3, h4, [role=heading]',
  link: 'a[href], [role=link]',
  listitem: 'li, [role=listitem]',
  option: 'option, [role=option]',
  row: 'tr, [role=row]',
  tab: '[role=tab]',
  menuitem: '[role=menuitem]',
  status: 'output, [role=status]',
  alert: '[role=alert]',
};
const text = (node) => (node.innerText ?? node.textContent ?? '').replace(/\\s+/g, ' ').trim();
const byIds = (ids) => ids.split(/\\s+/).map((id) => document.getElementById(id)).filter(Boolean).map(text).join(' ');
const nameOf = (node) =>
  (node.getAttribute('aria-labelledby') && byIds(node.getAttribute('aria-labelledby'))) ||
  node.getAttribute('aria-label') ||
  (node.labels && [...node.labels].map(text).join(' ')) ||
  text(node) || node.getAttribute('placeholder') || node.getAttribute('title') || node.value || '';
const fits = (name) => wanted === null || (exact ? name.trim() === wanted : name.toLowerCase().includes(wanted.toLowerCase()));
return [...document.querySelectorAll(kinds[role] ?? `[role=${role}]`)]
  .filter((node) => node.getClientRects().length > 0 && fits(nameOf(node)));
"""
TWO_FRAMES = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)));"
EVERYTHING = """
const fields = [...document.querySelectorAll('input, textarea, select')].map((field) => field.value);
const attributes = [...document.querySelectorAll('*')].flatMap((node) => [...node.attributes].map((a) => a.value));
const readable = (read) => { try { return JSON.stringify(read()) ?? ''; } catch { return ''; } };
const stores = [() => ({...localStorage}), () => ({...sessionStorage}), () => document.cookie];
const globals = Object.keys(window).map((key) => () => window[key]);
return [document.documentElement.outerHTML, ...fields, ...attributes, ...[...stores, ...globals].map(readable)].join('\\n');
"""


class WebDriverError(Exception):
    """What the driver answered instead of a value; `.code` is the W3C error code."""

    def __init__(self, value):
        self.code = value.get("error", "")
        super().__init__(f"{self.code}: {value.get('message', '')}")


class Window:
    """The app's window, in its own session: the driver starts the app and ends it."""

    def __init__(self, desktop, program, *arguments, env=None):
        self.desktop, self.program, self.arguments = desktop, program, arguments
        self.env = {"TAURI_AUTOMATION": "true", "TAURI_WEBVIEW_AUTOMATION": "true", **(env or {})}
        self.session = None

    def start(self):
        """Starts the driver and, through it, the app with its window."""
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        command = ["WebKitWebDriver", f"--port={port}", "--host=127.0.0.1"]
        self.process = self.desktop.start("webdriver", *command, env=self.env)
        until(lambda: self._request("GET", "/status"), self.process.log)
        options = {"binary": str(self.program), "args": list(self.arguments)}
        capabilities = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        answer = self._request("POST", "/session", {"capabilities": capabilities}, timeout=60)
        self.session = answer["sessionId"]
        return self

    def close(self):
        """Ends the session, and the app with it."""
        if self.session:
            self._request("DELETE", f"/session/{self.session}")
            self.session = None

    def app_pid(self):
        """Returns the process id of the app that the driver started."""
        name = str(self.program).rsplit("/", 1)[1][:15]
        return next(pid for pid in descendants(self.process.pid) if _name(pid) == name)

    def run(self, script, *arguments):
        """Runs JavaScript in the page and returns its value."""
        return self._command("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def run_async(self, script, *arguments):
        """Runs JavaScript whose last argument is called with its value, and returns that."""
        return self._command("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def find_all(self, role, name=None, exact=False):
        """Returns the visible elements with this ARIA role and accessible name."""
        return self.run(FIND, role, name, exact)

    def find(self, role, name=None, exact=False, deadline=10.0):
        """Returns the first such element, once there is one."""
        found = until(
            lambda: self.find_all(role, name, exact), lambda: f"a {role} {name!r} in:\n{self.text()}", deadline
        )
        return found[0]

    def css(self, selector, deadline=10.0):
        """Returns the first element for a CSS selector, once there is one."""
        query = "return document.querySelector(arguments[0])"
        return until(lambda: self.run(query, selector), lambda: f"{selector} in:\n{self.text()}", deadline)

    def click(self, role, name=None, exact=False, deadline=10.0):
        """Clicks the first such element that can be clicked."""

        def attempt():
            self._command("POST", f"/element/{self._id(self.find(role, name, exact, deadline))}/click", {})
            return True

        until(attempt, f"a click on {role} {name!r}", deadline)

    def type(self, name, text):
        """Types into the field with this label, instead of what is in it; returns once the field holds the text.

        The engine's driver answers before a click or the last key has arrived; a late click takes the focus along,
        and keys with it, so the text is typed again until it stands there.
        """

        def attempt():
            element = self.find("textbox", name)
            field = f"/element/{self._id(element)}"
            self._command("POST", f"{field}/clear", {})
            self._command("POST", f"{field}/value", {"text": text})
            until(lambda: self.run("return arguments[0].value", element) == text, f"{name} to hold the text", 1)
            return True

        until(attempt, f"{name} to be typed")

    def type_code(self, code):
        """Types a code into the prompt, whose sixth digit sends it and empties the field."""
        self.type("Six digits", code[:-1])
        self.press(code[-1])

    def act(self, *labels):
        """Runs an action of the palette: the first label that fits, and what it leads to."""
        self.press(CONTROL, "k")
        for label in labels:
            self.click("option", label)

    def press(self, *keys):
        """Presses keys together, as a chord, wherever the cursor is."""
        downs = [{"type": "keyDown", "value": key} for key in keys]
        ups = [{"type": "keyUp", "value": key} for key in reversed(keys)]
        source = {"type": "key", "id": "keyboard", "actions": downs + ups}
        self._command("POST", "/actions", {"actions": [source]})

    def text(self):
        """Returns the text a person sees."""
        return self.run("return document.body.innerText")

    def wait_for_text(self, text, deadline=15.0):
        """Returns once the page shows `text`, in any case."""
        until(lambda: text.lower() in self.text().lower(), lambda: f"{text!r} in:\n{self.text()}", deadline)

    def everything(self):
        """Returns the document, field values, storage and globals as one text, to search for a leak."""
        return self.run(EVERYTHING)

    def screenshot(self, path):
        """Writes the page as PNG, after two animation frames."""
        self._command("POST", "/execute/async", {"script": TWO_FRAMES, "args": []})
        path.write_bytes(base64.b64decode(self._command("GET", "/screenshot")))

    def _id(self, element):
        return element[ELEMENT]

    def _command(self, method, path, body=None):
        return self._request(method, f"/session/{self.session}{path}", body)

    def _request(self, method, path, body=None, timeout=30):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise WebDriverError(json.load(error)["value"]) from None


def _name(pid):
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read().strip()
    except FileNotFoundError:
        return ""
