// The only seam to the backend, and the only file that knows it is Tauri's.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { asProblem } from "./problem";
import type {
  Colour, Consent, EditView, HistoryLine, KeyView, Limits, Reply, RoleView, SessionTag, Shell, Snapshot, Step, Which,
} from "./snapshot";

/** Where the backend reads a new access key from. */
export type KeyOrigin =
  | { kind: "clipboard" }
  | { kind: "csv"; path: string }
  | { kind: "profile"; profile: string }
  | { kind: "typed"; access_key_id: string; secret: string };

/** A profile of ~/.aws/credentials that holds a key in plaintext. */
export interface PlaintextProfile {
  profile: string;
  /** All but its ends hidden. */
  access_key_id: string;
}

/** Another program for AWS roles, whose users may move in. */
export type Peer = "leapp" | "aws_vault" | "granted";

/** What became of one thing of another program. */
export interface Moved {
  kind: "key" | "role" | "other";
  name: string;
  outcome: "moved" | "here" | "left";
  told: string;
}

/** A role as it is saved: what is not set is null. */
export interface RoleEntry {
  name: string;
  arn: string;
  source: string;
  session_name: string | null;
  duration: string | null;
  external_id: string | null;
  mfa_serial: string | null;
  mfa_code: string | null;
  source_identity: string | null;
  tags: SessionTag[];
  transitive_tags: string[];
  policy: string | null;
  policy_arns: string[];
  reason: string | null;
  reason_pattern: string | null;
  region: string | null;
  output: string | null;
  group: string | null;
}

/** What the user notes on a role; null leaves it to the account, or to where the role is written. */
export interface RoleMarks {
  favourite: boolean;
  colour: Colour | null;
  production: boolean | null;
  group: string | null;
}

export interface PracticeCode {
  code: string;
  seconds_left: number;
}

/** Which lines of the history are wanted, newest first. */
export interface HistoryQuery {
  role: string | null;
  /** An RFC 3339 instant. */
  since: string | null;
  limit: number;
}

/** Everything the window may ask of the backend. Every promise rejects with a `Problem`. */
export interface Bridge {
  /** Calls back with the whole snapshot now and whenever it differs; returns how to stop. */
  follow(seen: (snapshot: Snapshot) => void): Promise<() => void>;
  /** Calls back with the paths of files that are dropped on the window; returns how to stop. */
  followDrops(dropped: (paths: string[]) => void): Promise<() => void>;
  /** Assumes a role; with limits, under a name of its own. */
  assume(role: string, limits?: Limits): Promise<void>;
  renew(role: string): Promise<void>;
  end(role: string): Promise<void>;
  /** Ends the session of an access key itself. */
  endKey(key: string): Promise<void>;
  /** Makes the calls that tell more about a refusal; the next snapshot holds what they told. */
  lookDeeper(role: string): Promise<void>;
  /** The regions that sessions of a role can be locked to, the likeliest first. */
  lockRegions(role: string): Promise<string[]>;
  copyExport(role: string, shell: Shell | null): Promise<void>;
  answerPrompt(id: number, code: string): Promise<void>;
  cancelPrompt(id: number): Promise<void>;
  answerReason(id: number, reason: string): Promise<void>;
  cancelReason(id: number): Promise<void>;
  reply(id: number, reply: Reply): Promise<void>;
  /** Sets what happens when a program asks for the role; null leaves it to the default. */
  setConsent(role: string, consent: Consent | null): Promise<void>;
  /** Sets what happens when a program asks for a session of the key itself; null leaves it to the default. */
  setKeyConsent(key: string, consent: Consent | null): Promise<void>;
  /** Sets whether the role's sessions are also written into AWS's credentials file, in plaintext. */
  setTemporaryProfile(role: string, isKept: boolean): Promise<void>;
  history(query: HistoryQuery): Promise<HistoryLine[]>;
  /** Uses the prompt’s code for what its `instead` says. */
  switchPrompt(id: number): Promise<void>;
  /** Lets no code count any more that was given with this key. */
  endMfa(key: string): Promise<void>;
  addKey(name: string, from: KeyOrigin): Promise<KeyView>;
  renameKey(name: string, newName: string): Promise<void>;
  removeKey(name: string): Promise<void>;
  /** Forgets the seed that is kept beside a key: its codes are asked for again. */
  removeTotp(key: string): Promise<void>;
  plaintextProfiles(): Promise<PlaintextProfile[]>;
  /** The other programs that have left files on this machine. */
  peers(): Promise<Peer[]>;
  /** Takes in what another program keeps, or only tells what would come. */
  moveIn(from: Peer, rehearse: boolean): Promise<Moved[]>;
  saveRole(previousName: string | null, role: RoleEntry): Promise<void>;
  removeRole(name: string): Promise<void>;
  markRole(name: string, marks: RoleMarks): Promise<void>;
  nameAccount(accountId: string, alias: string): Promise<void>;
  startPractice(): Promise<void>;
  practiceCode(): Promise<PracticeCode | null>;
  openRolesFile(): Promise<void>;
  openSettingsFile(): Promise<void>;
  dismissProblem(code: string): Promise<void>;
  retryKeychain(): Promise<void>;
  /** Writes profiles for roles into AWS's config file, or shows what that would change. */
  connect(which: Which, prefix: string, step: Step): Promise<EditView>;
  /** Removes such profiles, or shows what that would change. */
  disconnect(which: Which, step: Step): Promise<EditView>;
  /** Moves the key of a profile of AWS's files to the keychain, or shows what that would change. */
  importKey(profile: string, step: Step): Promise<EditView>;
  /** Puts such a key back, or shows what that would change. */
  undoImport(profile: string, step: Step): Promise<EditView>;
  closeWindow(): Promise<void>;
}

/** Opens the backend; outside the desktop shell, and never in a release build, the fixtures stand in for it. */
export async function openBridge(): Promise<Bridge> {
  if (import.meta.env.MODE !== "production" && !("__TAURI_INTERNALS__" in window)) {
    const { openFixture } = await import("./fixture/bridge");
    return openFixture(new URLSearchParams(location.search));
  }
  return desktop;
}

async function ask<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (rejection) {
    throw asProblem(rejection);
  }
}

/** What an event carries: the roles are left out where they are those of the event before. */
interface Shown {
  snapshot: Snapshot;
  same_roles: boolean;
}

/** Puts events and the answer to the first question together; an event that overtook the answer is the newer of the two. */
export class Follower {
  #roles: RoleView[] | null = null;
  #waiting: Snapshot | null = null;
  #isFollowed = false;

  constructor(readonly seen: (snapshot: Snapshot) => void) {}

  hear({ snapshot, same_roles }: Shown): void {
    this.#isFollowed = true;
    if (!same_roles) this.#roles = snapshot.roles;
    if (this.#roles) this.seen({ ...snapshot, roles: this.#roles });
    else this.#waiting = snapshot;
  }

  answer(snapshot: Snapshot): void {
    this.#roles ??= snapshot.roles;
    if (!this.#isFollowed) this.seen(snapshot);
    else if (this.#waiting) this.seen({ ...this.#waiting, roles: this.#roles });
    this.#waiting = null;
  }
}

const desktop: Bridge = {
  async follow(seen) {
    const follower = new Follower(seen);
    const stop = await listen<Shown>("snapshot", (event) => follower.hear(event.payload));
    follower.answer(await ask<Snapshot>("snapshot"));
    return stop;
  },
  followDrops: (dropped) =>
    listen<{ paths?: string[] }>("tauri://drag-drop", (event) => dropped(event.payload.paths ?? [])),
  assume: (role, limits) => ask("assume", limits ? { role, limits } : { role }),
  renew: (role) => ask("renew", { role }),
  end: (role) => ask("end", { role }),
  endKey: (key) => ask("end_key", { key }),
  lookDeeper: (role) => ask("look_deeper", { role }),
  lockRegions: (role) => ask("lock_regions", { role }),
  copyExport: (role, shell) => ask("copy_export", { role, shell }),
  answerPrompt: (id, code) => ask("answer_prompt", { id, code }),
  cancelPrompt: (id) => ask("cancel_prompt", { id }),
  answerReason: (id, reason) => ask("answer_reason", { id, reason }),
  cancelReason: (id) => ask("cancel_reason", { id }),
  reply: (id, reply) => ask("reply", { id, reply }),
  setConsent: (role, consent) => ask("set_consent", { role, consent }),
  setKeyConsent: (key, consent) => ask("set_key_consent", { key, consent }),
  setTemporaryProfile: (role, isKept) => ask("set_temporary_profile", { role, isKept }),
  history: (query) => ask("history", { query }),
  switchPrompt: (id) => ask("switch_prompt", { id }),
  endMfa: (key) => ask("end_mfa", { key }),
  addKey: (name, from) => ask("add_key", { name, from }),
  renameKey: (name, newName) => ask("rename_key", { name, newName }),
  removeKey: (name) => ask("remove_key", { name }),
  removeTotp: (key) => ask("remove_totp", { key }),
  plaintextProfiles: () => ask("plaintext_profiles"),
  peers: () => ask("peers"),
  moveIn: (from, rehearse) => ask("move_in", { from, rehearse }),
  saveRole: (previousName, role) => ask("save_role", { previousName, role }),
  removeRole: (name) => ask("remove_role", { name }),
  markRole: (name, marks) => ask("mark_role", { name, marks }),
  nameAccount: (accountId, alias) => ask("name_account", { accountId, alias }),
  startPractice: () => ask("start_practice"),
  practiceCode: () => ask("practice_code"),
  openRolesFile: () => ask("open_roles_file"),
  openSettingsFile: () => ask("open_settings_file"),
  dismissProblem: (code) => ask("dismiss_problem", { code }),
  retryKeychain: () => ask("retry_keychain"),
  connect: (which, prefix, step) => ask("connect", { which, prefix, step }),
  disconnect: (which, step) => ask("disconnect", { which, step }),
  importKey: (profile, step) => ask("import_key", { profile, step }),
  undoImport: (profile, step) => ask("undo_import", { profile, step }),
  closeWindow: () => ask("close_window"),
};
