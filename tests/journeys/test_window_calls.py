"""A window that is taken over: it may make its few calls, none with bad arguments, and it leads nowhere else."""

import http.server
import json
import re
import threading
import urllib.request

import pytest

from harness.practice import Practice
from harness.wait import until

# The name of a file that a call would leave if it ran or wrote what it gets.
PLANTED = "planted-by-the-window"
BAD = [
    "",
    "guest\nother",
    "../../" + PLANTED,
    f"$(touch {PLANTED})`touch {PLANTED}`",
    f"'; touch {PLANTED}; '",
    "<img src=x onerror=\"document.title='planted'\">",
    "\x1b]52;c;cGxhbnRlZA==\x07\x1b[2J",
    "\u202egp\u2066j.\u200bexe",
    "\u0000",
    "x" * 5_000,
    "__proto__",
    "constructor",
    "[roles.x]\narn = 'y'",
    None,
    True,
    -1,
    1e308,
    2**53 + 1,
    0.5,
    [],
    [[[[]]]],
    {},
    {"__proto__": {"role": "guest"}},
]
# What ends the page that asks, or starts another program. Everything else is called with every bad argument.
SPARED = {"desktop": ["restart", "start_practice"]}
# The most characters of a message, of which a part can be what was entered.
MESSAGE_MAX = 2_000
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

# Calls `ask` for each variant of a call and each bad value: the value goes into every field that is missing.
ASK_ALL = r"""
const [bad, spared] = [...arguments].map((it) => JSON.parse(it));
const finished = (results) => { window.results = results; };
const invoke = (name, args) => window.__TAURI_INTERNALS__.invoke(name, args);
const attempt = (call) => new Promise((resolve) => {
  const late = setTimeout(() => resolve({ late: true }), 20000);
  const done = (result) => { clearTimeout(late); resolve(result); };
  invoke('ask', { call }).then((answer) => done({ answer }), (error) => done({ error }));
});
const variants = async (call) => {
  const { error } = await attempt(call);
  return [...String(error).matchAll(/`([a-z_0-9]+)`/g)].map((found) => found[1]).filter((name) => !['call', 'ask', 'no_such'].includes(name));
};
const fill = async (wrap, value) => {
  const fields = {};
  for (let step = 0; step < 20; step += 1) {
    const done = await attempt(wrap(fields));
    const missing = /missing field `(\w+)`/.exec(String(done.error ?? ''));
    const choice = /unknown variant .*expected (?:one of )?`(\w+)`/.exec(String(done.error ?? ''));
    if (choice && typeof value === 'string') return [{ choice: choice[1] }, done];
    // A field that is missing inside of the value stays missing.
    if (!missing || Object.hasOwn(fields, missing[1])) return [fields, done];
    fields[missing[1]] = value;
  }
  return [fields, { late: true }];
};
(async () => {
  const calls = (await variants({ no_such: 1 })).map((name) => [[name], (fields) => ({ [name]: fields }), name]);
  for (const name of await variants({ desktop: { no_such: 1 } })) {
    if (!spared.desktop.includes(name)) calls.push([['desktop', name], (fields) => ({ desktop: { [name]: fields } }), { desktop: name }]);
  }
  const results = [];
  for (const [name, wrap, plain] of calls) {
    if (name[0] === 'desktop' && name.length === 1) continue;
    results.push({ name, value: 'nothing', ...(await attempt(plain)) });
    for (const value of bad) {
      const [fields, done] = await fill(wrap, value);
      results.push({ name, value, fields, ...done });
    }
  }
  finished(JSON.stringify(results));
})().catch((error) => finished(JSON.stringify(String(error))));
"""
INVOKE = "const [name, args, done] = arguments; window.__TAURI_INTERNALS__.invoke(name, args).then((it) => done({ok: it}), (it) => done({error: String(it)}));"
# Commands of the framework that would lead out of the window, or show what is outside.
OTHERS = [
    "plugin:app|version", "plugin:event|emit", "plugin:event|emit_to", "plugin:image|from_path", "plugin:menu|new",
    "plugin:path|resolve_directory", "plugin:resources|close", "plugin:tray|new", "plugin:webview|create_webview_window",
    "plugin:webview|internal_toggle_devtools", "plugin:webview|print", "plugin:window|create", "plugin:window|close",
    "plugin:shell|execute", "plugin:fs|read_file", "plugin:http|fetch", "no_such_command",
]
LEAVE = """
const url = arguments[0];
try { window.open(url + '/opened'); } catch {}
try { fetch(url + '/fetched', { mode: 'no-cors' }).catch(() => {}); } catch {}
try { new WebSocket(url.replace('http', 'ws') + '/socket'); } catch {}
try { navigator.sendBeacon(url + '/beacon', 'x'); } catch {}
for (const [tag, name] of [['img', 'src'], ['script', 'src'], ['iframe', 'src'], ['link', 'href'], ['object', 'data'], ['video', 'src']]) {
  const node = document.createElement(tag);
  if (tag === 'link') node.rel = 'stylesheet';
  node[name] = url + '/' + tag;
  document.body.append(node);
}
const inline = document.createElement('script');
inline.textContent = "document.title = 'planted'";
document.body.append(inline);
const form = document.createElement('form');
form.action = url + '/form';
form.method = 'post';
document.body.append(form);
try { form.submit(); } catch {}
location.href = url + '/navigated';
"""


class Outside:
    """A server on loopback that records who comes."""

    def __enter__(self):
        outside = self
        self.paths = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outside.paths.append(self.path)
                self.send_response(204)
                self.end_headers()

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def practice(desktop):
    """The practice account."""
    return Practice(desktop).start()


@pytest.fixture
def window(opened, practice):
    """The window with one role."""
    return opened(guest=practice.role("guest"))


def planted(desktop):
    """Returns the files that a bad argument left."""
    return [str(path) for path in desktop.root.rglob(f"{PLANTED}*")]


def keys_of(snapshot):
    """Returns the access keys without what IAM says of them, which a call that has no argument asks for."""
    return [{field: value for field, value in key.items() if field not in ("age", "last_use")} for key in snapshot["keys"]]


def test_t30_b84_no_call_of_the_window_takes_a_bad_argument(desktop, rolecall, window, practice):
    pid, before = window.app_pid(), rolecall.snapshot()
    window.run(ASK_ALL, json.dumps(BAD), json.dumps(SPARED))
    results = json.loads(until(lambda: window.run("return window.results ?? null"), "all answers", 120))
    assert isinstance(results, list), results
    names = {".".join(result["name"]) for result in results}
    assert len(names) > 55 and {"assume", "copy_export", "save_role", "desktop.add_key", "unlock"} <= names, sorted(names)
    assert [result for result in results if result.get("late")] == []
    assert {"answer", "error"} == {key for result in results for key in ("answer", "error") if key in result}
    for result in results:
        shown = result.get("error")
        if isinstance(shown, dict):
            text = f"{shown['what']} {shown['remedy']} {shown.get('detail') or ''}"
            assert len(text) <= MESSAGE_MAX and not HIDDEN.search(text), result
            assert shown["code"] != "internal", result
    after = rolecall.snapshot()
    assert (after["roles"], keys_of(after), after["sessions"]) == (before["roles"], keys_of(before), before["sessions"])
    assert planted(desktop) == [] and window.app_pid() == pid
    assert window.run("return document.title") != "planted" and window.run("return ({}).role") is None
    good = window.run_async(INVOKE, "ask", {"call": {"assume": {"role": "guest", "code": None}}})
    assert "ok" in good and rolecall.session("guest")["phase"] == "active", good


def test_t30_no_other_command_is_there_for_the_window(window):
    answers = {name: window.run_async(INVOKE, name, {}) for name in OTHERS}
    refused = ("not allowed", "not found", "No handler", "denied")
    assert {name: it for name, it in answers.items() if not any(word in it.get("error", "") for word in refused)} == {}
    allowed = window.run_async(INVOKE, "ask", {"call": "snapshot"})
    assert "ok" in allowed, allowed


def test_t30_the_window_leads_nowhere_else(desktop, window):
    with Outside() as outside:
        urllib.request.urlopen(f"{outside.url}/control")
        assert outside.paths == ["/control"], "it records who comes"
        where, titles = window.run("return location.href"), desktop.windows()
        window.run(LEAVE, outside.url)
        # The engine has done all of it when it draws again.
        for _ in range(3):
            window.run_async("const done = arguments[0]; setTimeout(() => requestAnimationFrame(() => done(true)), 300);")
        assert outside.paths == ["/control"]
        assert window.run("return location.href") == where and window.run("return document.title") == "Rolecall"
        assert sorted(desktop.windows()) == sorted(titles)
