import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DENIED, key, role, session, snapshot, withoutCredentials } from "../fixture/make";
import { RecordingBridge, open, spy } from "../fixture/opened";
import { App } from "../state/app.svelte";

const guest = role("guest", { group: "Clients" });
const audit = role("audit", { group: "Clients" });
const usual = { roles: [guest, audit], keys: [key("user")] };

/** The sizes of the window, in pixels: one pane, and two. */
const [COMPACT, WIDE] = [440, 960];
function widen(width: number): void {
  (window as unknown as { happyDOM: { setViewport: (size: { width: number }) => void } }).happyDOM.setViewport({ width });
}

/** The elements that the hostile names of these tests would make. */
const written = () => [...document.querySelectorAll("img, b, i")].filter((one) => one.tagName === "IMG" || /^[gwx]$/.test(one.textContent?.trim() ?? ""));

const search = () => screen.getByRole("combobox");
const press = (key: string, more: KeyboardEventInit = {}) => fireEvent.keyDown(search(), { key, ...more });
const selected = () => document.querySelector("[aria-selected=true]")?.textContent;

beforeEach(() => {
  vi.spyOn(console, "error");
  widen(COMPACT);
});
afterEach(() => {
  expect(console.error).not.toHaveBeenCalled();
  cleanup();
});

describe("home", () => {
  test("assumes the selected role with Enter, and copies once it is active", async () => {
    const bridge = await open(usual);
    const assume = spy(bridge, "assume");
    const copy = spy(bridge, "copyExport");
    await press("ArrowDown");
    await press("Enter");
    expect(assume).toHaveBeenCalledExactlyOnceWith("audit");
    bridge.show(snapshot({ ...usual, sessions: [session(audit, 43)] }));
    await screen.findByRole("button", { name: "Copy for bash" });
    await press("Enter");
    await press("c", { ctrlKey: true });
    expect(copy.mock.calls).toEqual([["audit", null], ["audit", null]]);
    await screen.findAllByText("Copied for bash. Clears in 30 s");
  });

  test("narrows to what is typed; Escape clears it, then closes the window", async () => {
    const bridge = await open(usual);
    const close = spy(bridge, "closeWindow");
    await fireEvent.input(search(), { target: { value: "aud" } });
    expect(selected()).toContain("audit");
    expect(screen.queryByText("guest")).toBeNull();
    await press("Escape");
    expect(close).not.toHaveBeenCalled();
    await press("Escape");
    expect(close).toHaveBeenCalledOnce();
  });

  test("keeps the selection on its role while snapshots come", async () => {
    const bridge = await open(usual);
    await press("ArrowDown");
    bridge.show(snapshot({ ...usual, roles: [role("new"), audit, guest] }));
    await screen.findByText("new");
    expect(selected()).toContain("audit");
  });

  test("copies for another shell", async () => {
    const bridge = await open({ ...usual, sessions: [session(guest, 43)] });
    const copy = spy(bridge, "copyExport");
    await press("C", { ctrlKey: true, shiftKey: true });
    await fireEvent.click(await screen.findByRole("option", { name: "fish" }));
    expect(copy).toHaveBeenCalledWith("guest", "fish");
    await screen.findByText(/Copied for fish/);
  });

  test("opens the console by key and by button", async () => {
    const bridge = await open({ ...usual, sessions: [session(guest, 43)] });
    const opened = spy(bridge, "openConsole");
    await press("o", { ctrlKey: true });
    await press("F2");
    await fireEvent.click(await screen.findByRole("button", { name: "Console" }));
    expect(opened.mock.calls).toEqual([["guest"], ["guest"]]);
    expect((await screen.findAllByText("Opened the console")).length).toBeGreaterThan(0);
  });

  test("names each row for screen readers, which take no name from its content", async () => {
    await open({ ...usual, sessions: [session(guest, 3000)] });
    const nameOf = (row: HTMLElement) =>
      row.getAttribute("aria-label") ?? (row.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent).join(" ");
    const names = screen.getAllByRole("row").map((row) => nameOf(row).replace(/\s+/g, " ").trim());
    expect(names[0]).toBe("Active: 1");
    expect(names[1]).toMatch(/^guest 8087 6821 6571 .*left,.* until /);
    expect(names[2]).toBe("Clients: 1");
    expect(names[3]).toMatch(/^audit \S+/);
  });

  test("explains a failed session where it is selected", async () => {
    await open({ ...usual, sessions: [withoutCredentials(guest, { phase: "failed", problem: DENIED })] });
    expect(await screen.findAllByText(DENIED.what), "in the row and in full").toHaveLength(2);
    expect(screen.getByText(DENIED.remedy)).toBeTruthy();
    expect(screen.getByText(/request 7f0c9a52/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "All 4 causes" })).toBeTruthy();
    expect(screen.getAllByRole("button", { name: "Try again" })).toHaveLength(2);
  });

  test("opens the page of a role that cannot be assumed, and shows why", async () => {
    const orphan = role("orphan", { problem: { code: "unusable_source" as const, what: "Its source does not exist.", remedy: "Add the key." } });
    const bridge = await open({ ...usual, roles: [orphan] });
    const assume = spy(bridge, "assume");
    expect(screen.queryByRole("button", { name: "Assume" })).toBeNull();
    await press("Enter");
    await screen.findByText("Add the key.");
    expect(assume).not.toHaveBeenCalled();
  });

  test("keeps counting down while it renews", async () => {
    await open({ ...usual, sessions: [session(guest, 43, { waiting_for: "answer" })] });
    await screen.findByText(/renewing ·\s+until/);
    await press("k", { ctrlKey: true });
    await screen.findByRole("option", { name: "Copy for bash" });
    expect(screen.queryByRole("option", { name: "Renew" })).toBeNull();
  });

  test("shows the practice account and the endpoint", async () => {
    const bridge = await open({ ...usual, mode: "practice" });
    expect(screen.getByText("Practice account")).toBeTruthy();
    bridge.show(snapshot({ ...usual, endpoint: "http://127.0.0.1:4566" }));
    await screen.findByText("http://127.0.0.1:4566");
  });

  test("dismisses and fixes a problem", async () => {
    const locked = { code: "keychain_locked" as const, what: "The keychain is locked.", remedy: "Unlock it." };
    const bridge = await open({ ...usual, problems: [locked] });
    const retry = spy(bridge, "retryKeychain");
    const dismiss = spy(bridge, "dismissProblem");
    await fireEvent.click(screen.getByRole("button", { name: "Retry keychain" }));
    await fireEvent.click(screen.getByRole("button", { name: /^Dismiss/ }));
    expect(retry).toHaveBeenCalledOnce();
    expect(dismiss).toHaveBeenCalledWith("keychain_locked");
  });

  test("shows a failed request as a toast with its remedy", async () => {
    const bridge = await open(usual);
    vi.spyOn(bridge, "assume").mockRejectedValue({ code: "offline", what: "AWS cannot be reached.", remedy: "Check the network." });
    await press("Enter");
    await screen.findByText("AWS cannot be reached.");
    expect(screen.getByText(/Check the network/)).toBeTruthy();
  });

  test("leads a new user to adding a key and to the practice account", async () => {
    const bridge = await open({});
    expect(screen.queryByRole("combobox")).toBeNull();
    const start = spy(bridge, "startPractice");
    await fireEvent.click(screen.getByRole("button", { name: "Try the practice account" }));
    expect(start).toHaveBeenCalledOnce();
    await fireEvent.click(screen.getByRole("button", { name: "Add an access key" }));
    await screen.findByRole("heading", { name: "Add an access key" });
  });

  test("shows a new user what AWS's files contain, and moves all keys in one step", async () => {
    const aws = { ...snapshot().aws, keys: ["work", "old"].map((profile) => ({ profile, access_key_id: "AKIA…4QXA" })) };
    const live = { ...guest, origin: { kind: "profile" as const, place: "~/.aws/config", line: 1 } };
    const bridge = await open({ roles: [live], aws });
    await screen.findByRole("heading", { name: "Found: 2 access keys in plaintext, 1 role" });
    const edit = (profile: string, backup: string | null = null) =>
      ({ path: "~/.aws/credentials", profiles: [profile], difference: [{ kind: "added" as const, text: profile }], notes: ["Note."], backup });
    const move = vi.spyOn(bridge, "importKey").mockImplementation(async (profile, step) => {
      if (profile === "old") throw { code: "invalid_input", what: "It has another.", remedy: "Take it out." };
      return edit(profile, step === "write" ? "backups/credentials.1" : null);
    });
    await fireEvent.click(screen.getByRole("button", { name: "Move the keys to the keychain" }));
    const dialog = await screen.findByRole("dialog", { name: "Move 2 keys to the keychain?" });
    await within(dialog).findByText("old was not moved: It has another. Take it out.");
    await fireEvent.click(within(dialog).getByRole("button", { name: "Move all" }));
    await screen.findByText(/The key of work is in the keychain.*backups\/credentials\.1/);
    expect(move.mock.calls.filter(([, step]) => step === "write").map(([profile]) => profile)).toEqual(["work", "old"]);
    const assume = spy(bridge, "assume");
    await fireEvent.keyDown(document.body, { key: "Enter" });
    expect(assume, "no role is in view").not.toHaveBeenCalled();
    await fireEvent.click(screen.getByRole("button", { name: "Use this role" }));
    await screen.findByRole("combobox");
  });

  test("shows the issues in AWS's files, and links there from a broken one", async () => {
    const fault = { code: "invalid_aws_file" as const, what: "~/.aws/config, line 4: wrong.", remedy: "Fix it." };
    const aws = { ...snapshot().aws, notices: [{ file: "credentials" as const, line: 7, text: "Keep one of them." }] };
    const broken = { ...audit, origin: { kind: "profile" as const, place: "~/.aws/config", line: 9 }, problem: { code: "unusable_source" as const, what: "A circle.", remedy: "Cut it." } };
    await open({ ...usual, roles: [guest, broken], aws, problems: [fault] });
    await fireEvent.click(screen.getByRole("button", { name: "Review AWS files" }));
    const file = await screen.findByRole("region", { name: "~/.aws/credentials" });
    expect(file.textContent).toMatch(/line 7.*Keep one of them/);
    const profiles = screen.getByRole("region", { name: "Profiles that cannot be assumed" });
    expect(profiles.textContent).toMatch(/audit.*config, line 9.*A circle\. Cut it\./);
  });

  test("writes sessions to AWS's file if the user wants that, and shows why it cannot", async () => {
    const bridge = await open(usual);
    const set = spy(bridge, "setTemporaryProfile");
    await press("F2");
    await fireEvent.click(await screen.findByRole("tab", { name: "Access" }));
    const box = await screen.findByLabelText<HTMLInputElement>(/Also write sessions/);
    await fireEvent.click(box);
    expect(set).toHaveBeenCalledWith("guest", true);
    set.mockRejectedValue({ code: "name_taken", what: "It is there already.", remedy: "Rename it." });
    await fireEvent.click(box);
    await screen.findByText("It is there already.");
    await waitFor(() => expect(box.checked).toBe(false));
  });

  test("t19_shows_hostile_names_as_text", async () => {
    const hostile = role('<img src=x onerror="canary()">\u202e', { group: "<b>g</b>", problem: { ...DENIED, what: "<i>w</i>" } });
    await open({ ...usual, roles: [hostile] });
    await screen.findByText('<img src=x onerror="canary()">\\u{202E}');
    expect(written()).toEqual([]);
  });
});

describe("palette", () => {
  const chosen = () => screen.getAllByRole("option").find((one) => one.getAttribute("aria-selected") === "true")?.textContent?.trim();

  test("lists what can be done with the selection, and runs what is searched for", async () => {
    const bridge = await open({ ...usual, sessions: [session(guest, 43)] });
    const end = spy(bridge, "end");
    await press("k", { ctrlKey: true });
    const field = await screen.findByRole("combobox", { name: "Search actions" });
    expect(chosen()).toMatch(/^Copy for bash/);
    await fireEvent.input(field, { target: { value: "end ses" } });
    expect(chosen()).toMatch(/^End session/);
    await fireEvent.keyDown(field, { key: "Enter" });
    expect(end).toHaveBeenCalledExactlyOnceWith("guest");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  test("leads to further actions, and back", async () => {
    const bridge = await open(usual);
    const assume = spy(bridge, "assume");
    await press("k", { ctrlKey: true });
    const field = await screen.findByRole("combobox", { name: "Search actions" });
    await fireEvent.input(field, { target: { value: "fewer" } });
    await fireEvent.keyDown(field, { key: "Enter" });
    const further = await screen.findByRole("combobox", { name: "Limit permissions" });
    await fireEvent.keyDown(further, { key: "Backspace" });
    await screen.findByRole("option", { name: "Details" });
    await fireEvent.input(further, { target: { value: "fewer" } });
    await fireEvent.keyDown(further, { key: "Enter" });
    await fireEvent.click(await screen.findByRole("option", { name: "Read-only" }));
    expect(assume).toHaveBeenCalledWith("guest", { access: "read_only" });
  });

  test("opens on every page, and Escape closes it alone", async () => {
    await open(usual);
    await press(",", { ctrlKey: true });
    const heading = await screen.findByRole("heading", { name: "Settings" });
    await fireEvent.keyDown(heading, { key: "k", ctrlKey: true });
    const dialog = await screen.findByRole("dialog", { name: "Search actions" });
    expect(within(dialog).queryByRole("option", { name: "Assume" })).toBeNull();
    await fireEvent(dialog, new Event("cancel", { cancelable: true }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(screen.getByRole("heading", { name: "Settings" })).toBeTruthy();
  });

  test("filters the list, and shows all again", async () => {
    await open({ ...usual, roles: [guest, role("shop", { account_id: "441022339018", account_alias: "shop-prod" })] });
    await fireEvent.click(screen.getByRole("button", { name: "All accounts" }));
    await fireEvent.click(await screen.findByRole("option", { name: "shop-prod · 4410 2233 9018" }));
    expect(selected()).toContain("shop");
    expect(screen.queryByText("guest")).toBeNull();
    await fireEvent.click(screen.getByRole("button", { name: "shop-prod · 4410 2233 9018" }));
    await fireEvent.click(await screen.findByRole("option", { name: "All accounts" }));
    await screen.findByText("guest");
  });

  test("t19_b10_shows_hostile_names_as_text", async () => {
    await open({ ...usual, roles: [role('<img src=x onerror="canary()">\u202e', { account_alias: "<b>x</b>" })] });
    await press("k", { ctrlKey: true });
    const dialog = await screen.findByRole("dialog", { name: "Search actions" });
    expect(dialog.textContent).toContain('<img src=x onerror="canary()">\\u{202E}');
    expect(written()).toEqual([]);
  });
});

describe("list", () => {
  test("a heading hides its roles and shows them again", async () => {
    await open(usual);
    await fireEvent.click(screen.getByRole("button", { name: "Clients 2" }));
    expect(screen.queryByText("guest")).toBeNull();
    await fireEvent.click(screen.getByRole("button", { name: "Clients 2" }));
    await screen.findByText("guest");
  });

  test("shows all sessions when asked", async () => {
    const roles = Array.from({ length: 6 }, (_, i) => role(`r${i}`));
    await open({ ...usual, roles, sessions: roles.map((one) => session(one, 43)) });
    expect(screen.queryByText("r5")).toBeNull();
    await fireEvent.click(screen.getByRole("button", { name: "3 more" }));
    await screen.findByText("r5");
  });

  test("F2 right after an arrow, before the next frame, throws nothing", async () => {
    await open(usual);
    void press("ArrowDown");
    await press("F2");
    await screen.findByRole("heading", { name: "audit" });
  });
});

describe("settings", () => {
  async function openSettings(bridge: RecordingBridge) {
    await press(",", { ctrlKey: true });
    await screen.findByRole("heading", { name: "Settings" });
    return vi.spyOn(bridge, "setSetting");
  }

  test("every setting has its control, and a change is saved at once; the default is no entry", async () => {
    const set = await openSettings(await open(usual));
    const shell = await screen.findByLabelText<HTMLSelectElement>("Shell");
    const fish = [...shell.options].findIndex((option) => option.text === "fish");
    await fireEvent.change(shell, { target: { value: String(fish) } });
    await fireEvent.click(screen.getByRole("switch", { name: "Confirm production roles" }));
    await fireEvent.change(screen.getByLabelText("Clear the clipboard"), { target: { value: "1" } });
    expect(set.mock.calls).toEqual([["export", "shell", "fish"], ["production", "confirm", false], ["clipboard", "clear_after", null]]);
  });

  test("shows what the file says, and why a value is refused", async () => {
    const set = await openSettings(await open(usual));
    const region = await screen.findByLabelText<HTMLInputElement>("Region");
    expect(screen.getByText("Line 4 of settings.toml.")).toBeTruthy();
    await fireEvent.change(region, { target: { value: "eu west" } });
    await screen.findByText(/is no region\. Write it like eu-west-1\./);
    await fireEvent.change(region, { target: { value: "eu-west-1" } });
    await waitFor(() => expect(screen.queryByText(/is no region/)).toBeNull());
    expect(set).toHaveBeenLastCalledWith("aws", "region", "eu-west-1");
  });

  test("t19_the_program_for_codes_is_only_shown", async () => {
    await openSettings(await open(usual));
    const shown = await screen.findByText(/^ykman oath/);
    expect(shown.tagName).toBe("OUTPUT");
  });
});

describe("a wide window", () => {
  test("shows the selected role beside the list, and follows the selection", async () => {
    widen(WIDE);
    await open({ ...usual, sessions: [session(guest, 43)] });
    await screen.findByRole("heading", { name: "guest" });
    await press("ArrowDown");
    await screen.findByRole("heading", { name: "audit" });
    expect(screen.getAllByRole("tab").map((tab) => tab.textContent)).toEqual(["Overview", "Access", "Activity", "Settings"]);
  });

  test("the arrows move between the tabs, and typing in a field there is not a search", async () => {
    widen(WIDE);
    const bridge = await open(usual);
    const end = spy(bridge, "end");
    const tab = await screen.findByRole("tab", { name: "Overview" });
    await fireEvent.keyDown(tab, { key: "ArrowLeft" });
    const group = await screen.findByLabelText("Group");
    await fireEvent.keyDown(group, { key: "Delete" });
    await fireEvent.keyDown(group, { key: "a" });
    expect(end).not.toHaveBeenCalled();
    expect(screen.getByRole("heading", { name: "guest" })).toBeTruthy();
  });
});

describe("time", () => {
  test("stands still while nothing is active", async () => {
    vi.useFakeTimers();
    const bridge = new RecordingBridge(snapshot(usual));
    const app = new App(bridge);
    await app.start();
    // The search index is prepared once.
    vi.runAllTimers();
    expect(vi.getTimerCount()).toBe(0);
    bridge.show(snapshot({ ...usual, sessions: [session(guest, 43)] }));
    expect(vi.getTimerCount()).toBe(1);
    bridge.show(snapshot(usual));
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  test("counts in AWS's time", async () => {
    const bridge = new RecordingBridge(snapshot({ clock_offset_ms: 600_000 }));
    const app = new App(bridge);
    await app.start();
    expect(app.now - Date.now()).toBeGreaterThan(599_000);
  });
});

describe("forms", () => {
  test("a role's problem is shown at its field", async () => {
    const bridge = await open(usual);
    vi.spyOn(bridge, "saveRole").mockRejectedValue({ code: "invalid_input", what: "Account id must be 12 digits.", remedy: "", detail: "arn" });
    await fireEvent.click(screen.getByRole("button", { name: "Add role" }));
    await fireEvent.submit(screen.getByLabelText("Role ARN").closest("form") as HTMLFormElement);
    await waitFor(() => expect(screen.getByLabelText("Role ARN").getAttribute("aria-invalid")).toBe("true"));
    expect(screen.getByText("Account id must be 12 digits.")).toBeTruthy();
  });

  test("an edited role is sent whole, with its previous name, empty fields as null", async () => {
    const bridge = await open(usual);
    const save = spy(bridge, "saveRole");
    await press("F2");
    await fireEvent.click(await screen.findByRole("tab", { name: "Settings" }));
    await fireEvent.click(await screen.findByRole("button", { name: "Edit" }));
    await fireEvent.input(screen.getByLabelText("Session duration"), { target: { value: "45m" } });
    await fireEvent.submit(screen.getByLabelText("Role ARN").closest("form") as HTMLFormElement);
    expect(save).toHaveBeenCalledExactlyOnceWith("guest", {
      name: "guest", arn: guest.arn, source: "user", session_name: null, duration: "45m", external_id: null, mfa_serial: null, mfa_code: null,
      source_identity: null, tags: [], transitive_tags: [], policy: null, policy_arns: [], reason: null, reason_pattern: null,
      region: null, output: null, browser: null, group: "Clients", renew: null, lead_times: [],
    });
  });

  test("a removed role can be put back as it was", async () => {
    const bridge = await open(usual);
    const [save, remove] = [spy(bridge, "saveRole"), spy(bridge, "removeRole")];
    await press("F2");
    await fireEvent.click(await screen.findByRole("tab", { name: "Settings" }));
    await fireEvent.click(await screen.findByRole("button", { name: "Remove" }));
    await fireEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Remove" }));
    await fireEvent.click(await screen.findByRole("button", { name: "Undo" }));
    expect(remove).toHaveBeenCalledExactlyOnceWith("guest");
    expect(save).toHaveBeenCalledExactlyOnceWith(null, expect.objectContaining({ name: "guest", arn: guest.arn, source: "user", group: "Clients" }));
  });

  test("t31_a_typed_secret_is_gone_from_the_form_as_soon_as_it_is_sent", async () => {
    const bridge = await open({});
    const add = vi.spyOn(bridge, "addKey").mockRejectedValue({ code: "invalid_key", what: "AWS does not know the key.", remedy: "" });
    await fireEvent.click(screen.getByRole("button", { name: "Add an access key" }));
    await fireEvent.click(await screen.findByLabelText("Type it"));
    const secret = await screen.findByLabelText<HTMLInputElement>("Secret access key");
    await fireEvent.input(screen.getByLabelText("Access key ID"), { target: { value: "AKIASQ7EXAMPLEKEYID1" } });
    await fireEvent.input(secret, { target: { value: "canary" } });
    await fireEvent.submit(secret.closest("form") as HTMLFormElement);
    expect(add).toHaveBeenCalledWith("user", { kind: "typed", access_key_id: "AKIASQ7EXAMPLEKEYID1", secret: "canary" });
    expect(secret.value).toBe("");
    await screen.findByText("AWS does not know the key.");
    expect(document.documentElement.outerHTML).not.toContain("canary");
  });

  test("a key is removed only after a confirmation", async () => {
    const bridge = await open(usual);
    const remove = spy(bridge, "removeKey");
    await fireEvent.click(screen.getByRole("button", { name: "1 access key" }));
    await fireEvent.click(await screen.findByRole("button", { name: "Remove user" }));
    expect(remove).not.toHaveBeenCalled();
    await fireEvent.click(await screen.findByRole("button", { name: "Remove" }));
    expect(remove).toHaveBeenCalledWith("user");
  });

  test("a key is rotated only after its steps were shown", async () => {
    const bridge = await open(usual);
    const [refresh, rotate] = [spy(bridge, "refreshKeys"), spy(bridge, "rotateKey")];
    const plan = vi.spyOn(bridge, "rotationPlan");
    await fireEvent.click(screen.getByRole("button", { name: "1 access key" }));
    await fireEvent.click(await screen.findByRole("button", { name: "Rotate user" }));
    expect(refresh).toHaveBeenCalled();
    await screen.findByText("Create a new key and store it in the keychain");
    await screen.findByText(/The profile “old” of AWS’s files has the old key in plaintext/);
    bridge.show(snapshot({ ...usual, keys: [key("user", { age: "9 days" })] }));
    await screen.findByText("9 days old.");
    expect(plan).toHaveBeenCalledTimes(1);
    expect(rotate).not.toHaveBeenCalled();
    await fireEvent.click(screen.getByRole("button", { name: "Rotate" }));
    expect(rotate).toHaveBeenCalledWith("user", { begin: { delete: null } });
  });
});
