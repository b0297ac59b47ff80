// The interface to the backend, and the only file that uses Tauri.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type {
  AboutView, Answer, Call, DesktopCall, KeyOrigin, PlaintextProfile, PracticeCode, RoleStory, SettingValue, SettingView, StartView, WindowMemory,
} from "./calls";
import type { RoleEntry } from "./changes";
import type { RotationAction, RotationPlan } from "./rotation";
import { asProblem } from "../model/problem";
import type {
  Consent, EditView, HistoryLine, HistoryQuery, ImportItem, ImportSource, KeyView, Limits, Problem, ProblemCode, Renew, Reply, RoleMarks,
  RoleView, Shell, Snapshot, Step, Which,
} from "./types";

/** The calls of the window to the backend. Every promise rejects with a `Problem`. */
export interface Bridge {
  /** Calls back with the whole snapshot now and after each change; the returned function stops that. */
  follow(seen: (snapshot: Snapshot) => void): Promise<() => void>;
  /** Calls back with the paths of files dropped on the window; the returned function stops that. */
  followDrops(dropped: (paths: string[]) => void): Promise<() => void>;
  /** Assumes a role; a limited session has its own name. */
  assume(role: string, limits?: Limits): Promise<void>;
  renew(role: string): Promise<void>;
  end(role: string): Promise<void>;
  /** Ends the session of an access key itself. */
  endKey(key: string): Promise<void>;
  /** Runs more checks on a denial; the next snapshot has the results. */
  explainFurther(role: string): Promise<void>;
  /** Explains an error of AWS that another tool printed. */
  explainText(text: string): Promise<Problem>;
  /** The regions that sessions of a role can be limited to, most likely first. */
  lockRegions(role: string): Promise<string[]>;
  copyExport(role: string, shell: Shell | null): Promise<void>;
  /** Opens the AWS console in a browser; assumes the role if it has no session. */
  openConsole(role: string): Promise<void>;
  answerPrompt(id: number, code: string): Promise<void>;
  cancelPrompt(id: number): Promise<void>;
  answerReason(id: number, reason: string): Promise<void>;
  cancelReason(id: number): Promise<void>;
  /** Confirms that a role of production is assumed, by its account's name or ID. */
  answerAccount(id: number, account: string): Promise<void>;
  extendQuestion(id: number): Promise<void>;
  cancelAccount(id: number): Promise<void>;
  reply(id: number, reply: Reply): Promise<void>;
  /** Sets the program access of the role; null is the default. */
  setConsent(role: string, consent: Consent | null): Promise<void>;
  /** Sets what happens when the role's session comes to its end; null is the default. */
  setRenew(role: string, renew: Renew | null): Promise<void>;
  /** Sets the program access of the key itself; null is the default. */
  setKeyConsent(key: string, consent: Consent | null): Promise<void>;
  /** Sets whether the role's sessions are also written to AWS's credentials file, in plaintext. */
  setTemporaryProfile(role: string, isWritten: boolean): Promise<void>;
  /** Returns what settings.toml contains. */
  settings(): Promise<SettingView[]>;
  /** Changes a setting; null is the default. A wrong value is refused with its setting as the detail, as in "aws.region". */
  setSetting(section: string, name: string, value: SettingValue | null): Promise<void>;
  history(query: HistoryQuery): Promise<HistoryLine[]>;
  /** Switches the prompt to its alternative use of the code. */
  switchPrompt(id: number): Promise<void>;
  /** Forgets this key's MFA sessions. */
  endMfa(key: string): Promise<void>;
  addKey(name: string, from: KeyOrigin): Promise<KeyView>;
  renameKey(name: string, newName: string): Promise<void>;
  removeKey(name: string): Promise<void>;
  /** Asks IAM for the age and last use of the keys; the next snapshot has them. */
  refreshKeys(): Promise<void>;
  /** Returns what is known about the keys of a key's user, before one is replaced. */
  rotationPlan(key: string): Promise<RotationPlan>;
  /** Replaces a key by a new one, or continues, undoes or ends that. The snapshot shows how far it is. */
  rotateKey(key: string, action: RotationAction): Promise<void>;
  /** Removes the MFA seed of a key, so that Rolecall asks for codes again. */
  removeTotp(key: string): Promise<void>;
  plaintextProfiles(): Promise<PlaintextProfile[]>;
  /** The other programs with files on this computer. */
  importSources(): Promise<ImportSource[]>;
  /** Imports from another program, or previews that. */
  importFrom(from: ImportSource, dryRun: boolean): Promise<ImportItem[]>;
  saveRole(previousName: string | null, role: RoleEntry): Promise<void>;
  removeRole(name: string): Promise<void>;
  markRole(name: string, marks: RoleMarks): Promise<void>;
  nameAccount(accountId: string, alias: string): Promise<void>;
  startPractice(): Promise<void>;
  /** Quits, and starts the installed program. */
  restart(): Promise<void>;
  /** Returns the role whose page opens now, once. */
  focus(): Promise<string | null>;
  practiceCode(): Promise<PracticeCode | null>;
  openRolesFile(): Promise<void>;
  openSettingsFile(): Promise<void>;
  dismissProblem(code: ProblemCode): Promise<void>;
  retryKeychain(): Promise<void>;
  /** Asks AWS whether it still accepts the sessions, and drops the others. */
  checkSessions(): Promise<void>;
  /** Writes profiles for roles to AWS's config file, or previews that. */
  connect(which: Which, prefix: string, step: Step): Promise<EditView>;
  /** Removes such profiles, or previews that. */
  disconnect(which: Which, step: Step): Promise<EditView>;
  /** Moves the key of a profile of AWS's files to the keychain, or previews that. */
  importKey(profile: string, step: Step): Promise<EditView>;
  /** Moves such a key back, or previews that. */
  undoImport(profile: string, step: Step): Promise<EditView>;
  closeWindow(): Promise<void>;
  /** Returns what the window remembers. */
  memory(): Promise<WindowMemory>;
  /** Remembers it, and lets the window look like that: its zoom, its theme, and whether it stays on top. */
  remember(memory: WindowMemory): Promise<void>;
  about(): Promise<AboutView>;
  /** Returns what each role of the practice account is there to show. */
  practiceStory(): Promise<RoleStory[]>;
  /** Returns what opens Rolecall. */
  start(): Promise<StartView>;
  setAtLogin(isOn: boolean): Promise<StartView>;
  /** Opens the window with these keys from anywhere, as in "Ctrl+Alt+R", or with none. */
  setShortcut(keys: string | null): Promise<StartView>;
}

/** Opens the backend; in a browser, and never in a release build, the fixtures replace it. */
export async function openBridge(): Promise<Bridge> {
  if (import.meta.env.MODE !== "production" && !("__TAURI_INTERNALS__" in window)) {
    const { openFixture } = await import("../fixture/bridge");
    return openFixture(new URLSearchParams(location.search));
  }
  return desktop;
}

/** The name of an answer that has a content. */
type Answered = Answer extends infer One ? (One extends string ? never : keyof One) : never;
type Content<Name extends Answered> = Extract<Answer, Record<Name, unknown>>[Name];

async function ask(call: Call): Promise<Answer> {
  try {
    return await invoke<Answer>("ask", { call });
  } catch (rejection) {
    throw asProblem(rejection);
  }
}

async function done(call: Call): Promise<void> {
  await ask(call);
}

/** Returns the content of the answer, which must have this name. */
async function content<Name extends Answered>(name: Name, call: Call): Promise<Content<Name>> {
  const answer = await ask(call);
  if (typeof answer !== "object" || !(name in answer)) throw asProblem(answer);
  return (answer as unknown as Record<Name, Content<Name>>)[name];
}

function onDesktop(desktop: DesktopCall): Call {
  return { desktop };
}

/** The payload of an event; the roles are omitted if they did not change. */
interface SnapshotEvent {
  snapshot: Snapshot;
  same_roles: boolean;
}

/** Combines events with the first snapshot. An event that arrived before the first snapshot is the newer one. */
export class Follower {
  #roles: RoleView[] | null = null;
  #waiting: Snapshot | null = null;
  #isFollowed = false;

  constructor(readonly seen: (snapshot: Snapshot) => void) {}

  onEvent({ snapshot, same_roles }: SnapshotEvent): void {
    this.#isFollowed = true;
    if (!same_roles) this.#roles = snapshot.roles;
    if (this.#roles) this.seen({ ...snapshot, roles: this.#roles });
    else this.#waiting = snapshot;
  }

  onFirstSnapshot(snapshot: Snapshot): void {
    this.#roles ??= snapshot.roles;
    if (!this.#isFollowed) this.seen(snapshot);
    else if (this.#waiting) this.seen({ ...this.#waiting, roles: this.#roles });
    this.#waiting = null;
  }
}

const desktop: Bridge = {
  async follow(seen) {
    const follower = new Follower(seen);
    const stop = await listen<SnapshotEvent>("snapshot", (event) => follower.onEvent(event.payload));
    follower.onFirstSnapshot(await content("snapshot", "snapshot"));
    return stop;
  },
  followDrops: (dropped) =>
    listen<{ paths?: string[] }>("tauri://drag-drop", (event) => dropped(event.payload.paths ?? [])),
  async assume(role, limits) {
    const name = limits ? await content("name", { limited: { role, limits } }) : role;
    await done({ assume: { role: name, code: null } });
  },
  renew: (role) => done({ assume: { role, code: null } }),
  end: (role) => done({ end: { role } }),
  endKey: (key) => done({ end_key: { key } }),
  explainFurther: (role) => done({ explain_further: { role } }),
  explainText: (text) => content("explained", { explain_text: { text } }),
  lockRegions: (role) => content("names", { lock_regions: { role } }),
  copyExport: (role, shell) => done({ copy_export: { role, shell } }),
  openConsole: (role) => done({ open_console: { role } }),
  answerPrompt: (id, code) => done({ answer_prompt: { id, code } }),
  cancelPrompt: (id) => done({ cancel_prompt: { id } }),
  answerReason: (id, reason) => done({ answer_reason: { id, reason } }),
  cancelReason: (id) => done({ cancel_reason: { id } }),
  answerAccount: (id, account) => done({ question: { answer_account: { id, account } } }),
  extendQuestion: (id) => done({ question: { extend: { id } } }),
  cancelAccount: (id) => done({ question: { cancel_account: { id } } }),
  reply: (id, reply) => done({ reply: { id, reply } }),
  setConsent: (role, consent) => done({ set_consent: { role, consent } }),
  setRenew: (role, renew) => done({ set_renew: { role, renew } }),
  setKeyConsent: (key, consent) => done({ set_key_consent: { key, consent } }),
  setTemporaryProfile: (role, isWritten) => done({ set_temporary_profile: { role, is_written: isWritten } }),
  settings: () => content("settings", "settings"),
  setSetting: (section, name, value) => done({ set_setting: { section, name, value } }),
  history: (query) => content("history", { history: query }),
  switchPrompt: (id) => done({ switch_prompt: { id } }),
  endMfa: (key) => done({ end_mfa: { key } }),
  addKey: (name, from) => content("key", onDesktop({ add_key: { name, from } })),
  renameKey: (name, newName) => done({ rename_key: { name, new_name: newName } }),
  removeKey: (name) => done({ remove_key: { name } }),
  refreshKeys: () => done("refresh_keys"),
  rotationPlan: (key) => content("rotation_plan", { rotation_plan: { key } }),
  rotateKey: async (key, action) => void (await content("rotation", { rotate_key: { key, action } })),
  removeTotp: (key) => done({ remove_totp: { key } }),
  plaintextProfiles: () => content("plaintext_profiles", onDesktop("plaintext_profiles")),
  importSources: () => content("import_sources", onDesktop("import_sources")),
  importFrom: (from, dryRun) => content("moved", { move_in: { from, file: null, "rehearse": dryRun } }),
  saveRole: (previousName, role) => done({ save_role: { previous_name: previousName, role } }),
  removeRole: (name) => done({ remove_role: { name } }),
  markRole: (name, marks) => done({ mark_role: { name, marks } }),
  nameAccount: (accountId, alias) => done({ name_account: { account_id: accountId, alias } }),
  startPractice: () => done(onDesktop("start_practice")),
  restart: () => done(onDesktop("restart")),
  focus: async () => (await content("names", onDesktop("focus")))[0] ?? null,
  practiceCode: () => content("practice_code", onDesktop("practice_code")),
  openRolesFile: () => done(onDesktop("open_roles_file")),
  openSettingsFile: () => done(onDesktop("open_settings_file")),
  dismissProblem: (code) => done({ dismiss_problem: { code } }),
  retryKeychain: () => done("retry_keychain"),
  checkSessions: () => done("check_sessions"),
  connect: (which, prefix, step) => content("edit", { connect: { which, prefix, step } }),
  disconnect: (which, step) => content("edit", { disconnect: { which, step } }),
  importKey: (profile, step) => content("edit", { move_key: { profile, name: null, step } }),
  undoImport: (profile, step) => content("edit", { put_key_back: { profile, step } }),
  closeWindow: () => invoke("close_window"),
  memory: () => content("window_memory", onDesktop("window_memory")),
  remember: (memory) => done(onDesktop({ remember: { memory } })),
  practiceStory: () => content("practice_story", onDesktop("practice_story")),
  about: () => content("about", onDesktop("about")),
  start: () => content("start", onDesktop("start")),
  setAtLogin: (isOn) => content("start", onDesktop({ set_at_login: { is_on: isOn } })),
  setShortcut: (keys) => content("start", onDesktop({ set_shortcut: { keys } })),
};
