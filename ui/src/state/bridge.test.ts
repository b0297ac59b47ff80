import { mockIPC, clearMocks } from "@tauri-apps/api/mocks";
import { afterEach, expect, test } from "vitest";
import { Follower, openBridge } from "./bridge";
import { FRESH_MEMORY } from "./memory";
import { role, snapshot } from "../fixture/make";
import type { RoleEntry } from "./changes";
import type { RoleMarks, Snapshot } from "./types";

afterEach(clearMocks);

const entry: RoleEntry = {
  name: "guest", arn: "arn:aws:iam::808768216571:role/guest", source: "user", session_name: null, duration: "1h",
  external_id: null, mfa_serial: null, mfa_code: null, source_identity: null, tags: [], transitive_tags: [], policy: null, policy_arns: [],
  reason: null, reason_pattern: null, region: null, output: null, browser: null, group: null, renew: null, lead_times: [],
};

const marks: RoleMarks = { favourite: true, colour: "blue", production: null, group: null };

/** The calls that the backend gets; it answers the first one with all that it could be asked for. */
async function called(use: (bridge: Awaited<ReturnType<typeof openBridge>>) => Promise<unknown>): Promise<unknown[]> {
  const calls: unknown[] = [];
  mockIPC((command, args) => {
    calls.push(command === "ask" ? (args as { call: unknown }).call : command);
    return { name: "a · read-only", names: [], history: [], settings: [], key: null, edit: null, explained: null, moved: [], plaintext_profiles: [], import_sources: [], practice_code: null, window_memory: null, start: null, about: null, practice_story: [], rotation: null, rotation_plan: null };
  });
  await use(await openBridge());
  return calls;
}

test.each<[unknown, Parameters<typeof called>[0]]>([
  [{ assume: { role: "a", code: null } }, (bridge) => bridge.assume("a")],
  [{ assume: { role: "a", code: null } }, (bridge) => bridge.renew("a")],
  [{ end: { role: "a" } }, (bridge) => bridge.end("a")],
  [{ desktop: "window_memory" }, (bridge) => bridge.memory()],
  [{ desktop: { remember: { memory: FRESH_MEMORY } } }, (bridge) => bridge.remember(FRESH_MEMORY)],
  [{ desktop: "practice_story" }, (bridge) => bridge.practiceStory()],
  [{ desktop: "about" }, (bridge) => bridge.about()],
  [{ desktop: "start" }, (bridge) => bridge.start()],
  [{ desktop: { set_at_login: { is_on: true } } }, (bridge) => bridge.setAtLogin(true)],
  [{ desktop: { set_shortcut: { keys: "Ctrl+Alt+R" } } }, (bridge) => bridge.setShortcut("Ctrl+Alt+R")],
  [{ explain_further: { role: "a" } }, (bridge) => bridge.explainFurther("a")],
  [{ explain_text: { text: "AccessDenied" } }, (bridge) => bridge.explainText("AccessDenied")],
  [{ lock_regions: { role: "a" } }, (bridge) => bridge.lockRegions("a")],
  [{ copy_export: { role: "a", shell: null } }, (bridge) => bridge.copyExport("a", null)],
  [{ open_console: { role: "a" } }, (bridge) => bridge.openConsole("a")],
  [{ copy_export: { role: "a", shell: "fish" } }, (bridge) => bridge.copyExport("a", "fish")],
  [{ answer_prompt: { id: 7, code: "123456" } }, (bridge) => bridge.answerPrompt(7, "123456")],
  [{ cancel_prompt: { id: 7 } }, (bridge) => bridge.cancelPrompt(7)],
  [{ limited: { role: "a", limits: { access: "read_only" } } }, (bridge) => bridge.assume("a", { access: "read_only" })],
  [{ answer_reason: { id: 7, reason: "OPS-1" } }, (bridge) => bridge.answerReason(7, "OPS-1")],
  [{ cancel_reason: { id: 7 } }, (bridge) => bridge.cancelReason(7)],
  [{ question: { extend: { id: 7 } } }, (bridge) => bridge.extendQuestion(7)],
  [{ question: { answer_account: { id: 7, account: "shop" } } }, (bridge) => bridge.answerAccount(7, "shop")],
  [{ question: { cancel_account: { id: 7 } } }, (bridge) => bridge.cancelAccount(7)],
  [{ reply: { id: 7, reply: "deny" } }, (bridge) => bridge.reply(7, "deny")],
  [{ set_consent: { role: "a", consent: "once" } }, (bridge) => bridge.setConsent("a", "once")],
  [{ set_key_consent: { key: "a", consent: "never" } }, (bridge) => bridge.setKeyConsent("a", "never")],
  [{ end_key: { key: "a" } }, (bridge) => bridge.endKey("a")],
  [{ set_renew: { role: "a", renew: "automatic" } }, (bridge) => bridge.setRenew("a", "automatic")],
  [{ set_consent: { role: "a", consent: null } }, (bridge) => bridge.setConsent("a", null)],
  [{ set_temporary_profile: { role: "a", is_written: true } }, (bridge) => bridge.setTemporaryProfile("a", true)],
  ["settings", (bridge) => bridge.settings()],
  [{ set_setting: { section: "aws", name: "fips", value: true } }, (bridge) => bridge.setSetting("aws", "fips", true)],
  [{ history: { role: null, since: null, limit: 9 } }, (bridge) => bridge.history({ role: null, since: null, limit: 9 })],
  [{ switch_prompt: { id: 7 } }, (bridge) => bridge.switchPrompt(7)],
  [{ end_mfa: { key: "k" } }, (bridge) => bridge.endMfa("k")],
  [{ desktop: { add_key: { name: "k", from: { kind: "clipboard" } } } }, (bridge) => bridge.addKey("k", { kind: "clipboard" })],
  [{ rename_key: { name: "k", new_name: "l" } }, (bridge) => bridge.renameKey("k", "l")],
  [{ remove_key: { name: "k" } }, (bridge) => bridge.removeKey("k")],
  ["refresh_keys", (bridge) => bridge.refreshKeys()],
  [{ rotate_key: { key: "k", action: "delete_old" } }, (bridge) => bridge.rotateKey("k", "delete_old")],
  [{ rotation_plan: { key: "k" } }, (bridge) => bridge.rotationPlan("k")],
  [{ remove_totp: { key: "k" } }, (bridge) => bridge.removeTotp("k")],
  [{ desktop: "plaintext_profiles" }, (bridge) => bridge.plaintextProfiles()],
  [{ desktop: "import_sources" }, (bridge) => bridge.importSources()],
  [{ move_in: { from: "leapp", file: null, "rehearse": true } }, (bridge) => bridge.importFrom("leapp", true)],
  [{ save_role: { previous_name: null, role: entry } }, (bridge) => bridge.saveRole(null, entry)],
  [{ remove_role: { name: "a" } }, (bridge) => bridge.removeRole("a")],
  [{ mark_role: { name: "a", marks } }, (bridge) => bridge.markRole("a", marks)],
  [{ name_account: { account_id: "111122223333", alias: "shop" } }, (bridge) => bridge.nameAccount("111122223333", "shop")],
  [{ desktop: "start_practice" }, (bridge) => bridge.startPractice()],
  [{ desktop: "restart" }, (bridge) => bridge.restart()],
  [{ desktop: "focus" }, (bridge) => bridge.focus()],
  [{ desktop: "practice_code" }, (bridge) => bridge.practiceCode()],
  [{ desktop: "open_roles_file" }, (bridge) => bridge.openRolesFile()],
  [{ desktop: "open_settings_file" }, (bridge) => bridge.openSettingsFile()],
  [{ dismiss_problem: { code: "no_tray" } }, (bridge) => bridge.dismissProblem("no_tray")],
  ["retry_keychain", (bridge) => bridge.retryKeychain()],
  ["check_sessions", (bridge) => bridge.checkSessions()],
  [{ connect: { which: "all", prefix: "x-", step: "preview" } }, (bridge) => bridge.connect("all", "x-", "preview")],
  [{ disconnect: { which: { named: ["a"] }, step: "write" } }, (bridge) => bridge.disconnect({ named: ["a"] }, "write")],
  [{ move_key: { profile: "p", name: null, step: "preview" } }, (bridge) => bridge.importKey("p", "preview")],
  [{ put_key_back: { profile: "p", step: "write" } }, (bridge) => bridge.undoImport("p", "write")],
])("sends %o", async (call, use) => {
  expect((await called(use))[0]).toEqual(call);
});

test("assumes a limited session by its name", async () => {
  const [, assume] = await called((bridge) => bridge.assume("a", { access: "read_only" }));
  expect(assume).toEqual({ assume: { role: "a · read-only", code: null } });
});

test("closes the window", async () => {
  expect(await called((bridge) => bridge.closeWindow())).toEqual(["close_window"]);
});

test("passes a problem on, and turns anything else into one", async () => {
  const offline = { code: "offline", what: "AWS cannot be reached.", remedy: "Try again." };
  for (const [rejection, expected] of [
    [offline, offline],
    ["boom", { code: "internal", detail: '"boom"' }],
    [new Error("boom"), { code: "internal", detail: "boom" }],
    [{ __proto__: null, code: 1 }, { code: "internal" }],
  ] as const) {
    mockIPC(() => Promise.reject(rejection));
    await expect((await openBridge()).assume("a")).rejects.toMatchObject(expected);
  }
});

test("follows the snapshot from the first to the next", async () => {
  mockIPC((command) => (command === "ask" ? { snapshot: snapshot() } : undefined), { shouldMockEvents: true });
  const { emit } = await import("@tauri-apps/api/event");
  const seen: Snapshot[] = [];
  await (await openBridge()).follow((next) => seen.push(next));
  const endpoint = "http://127.0.0.1:1";
  await emit("snapshot", { snapshot: snapshot({ endpoint, roles: [role("a")] }), same_roles: false });
  await emit("snapshot", { snapshot: snapshot(), same_roles: true });
  expect(seen.map((one) => one.endpoint)).toEqual([null, endpoint, null]);
  expect(seen.map((one) => one.roles.length)).toEqual([0, 1, 1]);
});

test("an event without roles before the first snapshot takes the roles from the snapshot", () => {
  const seen: Snapshot[] = [];
  const follower = new Follower((next) => seen.push(next));
  follower.onEvent({ snapshot: snapshot({ endpoint: "newer" }), same_roles: true });
  follower.onFirstSnapshot(snapshot({ endpoint: "older", roles: [role("a")] }));
  expect(seen.map((one) => [one.endpoint, one.roles.length])).toEqual([["newer", 1]]);
});
