// Generated from the Rust types with `make types`. Do not edit.

import type {
  RevocationTarget, RevocationView, RevokeStep, RoleEntry, SetupCall, SetupProgress, SetupView, UndoStep, UndoView,
} from "./changes";
import type {
  RotationAction, RotationPlan, RotationView,
} from "./rotation";
import type {
  AwsFile, CauseKind, CodeView, Colour, Consent, ConsentView, EditView, HistoryLine, HistoryQuery, ImportItem, ImportSource, KeyView, Limits, Problem, ProblemCode, Renew, Reply, RoleMarks, SessionView, Shell, Snapshot, Statement, Step, Which,
} from "./types";

/** What Rolecall is, and where it keeps what. */
export type AboutView = {
  /** Its version. */
  version: string,
  /** What is kept, and where. */
  places: Array<KeptAt>,
};
/** All answers. */
export type Answer = "done" | { "asking": {
  /** How long the user has, in seconds. */
  seconds: number,
  /** The question, if the calling program must ask it at its own terminal. */
  question?: ConsentView | null, } } | { "questions": Array<ConsentView> } | { "snapshot": Snapshot } | { "list": RoleList } | { "history": Array<HistoryLine> } | { "settings": Array<SettingView> } | { "session": SessionView } | { "name": string } | { "names": Array<string> } | { "key": KeyView } | { "moved": Array<ImportItem> } | { "prompt": CodeView | null } | { "text": WireSecret } | { "console": ConsoleView } | { "console_page": PageState } | { "environment": WireEnvironment } | { "host": HostView } | { "edit": EditView } | { "revocation": RevocationView } | { "revocation_undo": UndoView } | { "rotation_plan": RotationPlan } | { "rotation": RotationView | null } | { "doctor": DoctorReport } | { "setup": SetupView } | { "setup_progress": SetupProgress } | { "setups": Array<SetupView> } | { "explained": Problem } | { "plaintext_profiles": Array<PlaintextProfile> } | { "import_sources": Array<ImportSource> } | { "practice_code": PracticeCode | null } | { "window_memory": WindowMemory } | { "start": StartView } | { "practice_story": Array<RoleStory> } | { "about": AboutView };
/** The paths of AWS's two files. */
export type AwsFilePaths = {
  /** The config file. */
  config: string,
  /** The credentials file. */
  credentials: string,
};
/** All calls. None returns a long-term secret. */
export type Call = "snapshot" | "sessions" | { "search": {
  /** The text to search for in names, accounts, account aliases, groups and ARNs. */
  text: string, } } | { "list": {
  /** The text to search for, as in `Search`; without one, all roles in the snapshot's order. */
  search: string | null, } } | { "names": {
  /** The text to search for, or empty for all roles. */
  search: string, } } | "check_sessions" | { "assume": {
  /** The role's name. */
  role: string,
  /** The MFA code, if the terminal asked for it. */
  code: WireSecret | null,
  /** Why: for each role on the way, the last of these that it takes counts. */
  reasons?: Array<string>, } } | { "doctor": {
  /** The role's name, if there is one. */
  role: string | null, } } | { "explain_further": {
  /** The role's name. */
  role: string, } } | { "end": {
  /** The name. */
  role: string, } } | { "revoke": {
  /** Whose sessions. */
  target: RevocationTarget,
  /** Whether to do it. */
  step: RevokeStep, } } | { "undo_revocation": {
  /** Whose sessions. */
  target: RevocationTarget,
  /** Whether to do it. */
  step: UndoStep, } } | { "end_key": {
  /** The key's name. */
  key: string, } } | { "env": {
  /** The role's name. */
  role: string,
  /** The shell. */
  shell: Shell,
  /** Why: for each role on the way, the last of these that it takes counts. */
  reasons?: Array<string>, } } | { "environment": {
  /** The role's name. */
  role: string,
  /** Why: for each role on the way, the last of these that it takes counts. */
  reasons?: Array<string>, } } | { "console": {
  /** The role's name. */
  role: string,
  /** What to open, and how. */
  request: ConsoleRequest, } } | { "console_page": {
  /** The page's ID. */
  page: number, } } | { "open_console": {
  /** The role's name. */
  role: string, } } | { "credentials": {
  /** The role's name. */
  role: string,
  /** Why: for each role on the way, the last of these that it takes counts. */
  reasons?: Array<string>, } } | { "limited": {
  /** The role's name. */
  role: string,
  /** The limits. */
  limits: Limits, } } | { "check_reason": {
  /** The role's name. */
  role: string,
  /** The reason. */
  reason: string, } } | { "container_credentials": {
  /** The role's name. */
  role: string, } } | { "keep_fresh": {
  /** The role's name. */
  role: string, } } | { "add_key": {
  /** The new name. */
  name: string,
  /** The key ID. */
  access_key_id: string,
  /** Its secret. */
  secret: WireSecret, } } | { "rename_key": {
  /** The current name. */
  name: string,
  /** The new name. */
  new_name: string, } } | { "move_in": {
  /** The program. */
  from: ImportSource,
  /** Leapp's workspace file, if it is not in its default location. */
  file: string | null,
  /** Whether to only report what would be imported. */
  "rehearse": DryRun, } } | { "take_roles": {
  /** The file's text. */
  text: string,
  /** The path of the file as shown in messages. */
  path: string,
  /** The access key or role that they are assumed from, unless they name one of their file or a known one. */
  source: string | null,
  /** Whether to only report what would be imported. */
  "rehearse": DryRun, } } | { "remove_key": {
  /** Its name. */
  name: string, } } | { "add_totp": {
  /** The key's name. */
  key: string,
  /** The device's serial. */
  serial: string,
  /** The seed, or an `otpauth` link with it. */
  seed: WireSecret, } } | { "remove_totp": {
  /** The key's name. */
  key: string, } } | { "attend": {
  /** The role's name. */
  role: string, } } | { "answer_prompt": {
  /** The ID. */
  id: number,
  /** The authenticator's code. */
  code: WireSecret, } } | { "switch_prompt": {
  /** The ID. */
  id: number, } } | { "cancel_prompt": {
  /** The ID. */
  id: number, } } | { "end_mfa": {
  /** The key's name. */
  key: string, } } | { "history": HistoryQuery } | { "connect": {
  /** The roles. */
  which: Which,
  /** The prefix of the profiles' names. */
  prefix: string,
  /** Whether to write. */
  step: Step, } } | { "disconnect": {
  /** The roles or profiles. */
  which: Which,
  /** Whether to write. */
  step: Step, } } | { "key_credentials": {
  /** The key's name. */
  key: string, } } | { "move_key": {
  /** The profile. */
  profile: string,
  /** The name of the key. The default is the profile's name. */
  name: string | null,
  /** Whether to write. */
  step: Step, } } | { "put_key_back": {
  /** The profile. */
  profile: string,
  /** Whether to write. */
  step: Step, } } | "refresh_keys" | { "rotation_plan": {
  /** The key's name. */
  key: string, } } | { "rotate_key": {
  /** The key's name. */
  key: string,
  /** What to do. */
  action: RotationAction, } } | { "answer_reason": {
  /** The ID. */
  id: number,
  /** The reason. */
  reason: string, } } | { "cancel_reason": {
  /** The ID. */
  id: number, } } | { "question": QuestionCall } | { "explain_text": {
  /** The error. */
  text: string, } } | { "lock_regions": {
  /** The role's name. */
  role: string, } } | { "copy_export": {
  /** The role's name. */
  role: string,
  /** The shell, if it is not the one in the settings. */
  shell: Shell | null, } } | { "set_consent": {
  /** The role's name. */
  role: string,
  /** The policy, or the default one. */
  consent: Consent | null, } } | { "set_key_consent": {
  /** The key's name. */
  key: string,
  /** The policy, or the default one. */
  consent: Consent | null, } } | { "set_temporary_profile": {
  /** The role's name. */
  role: string,
  /** Whether they are. */
  is_written: boolean, } } | "settings" | { "set_setting": {
  /** Its section, without brackets. */
  section: string,
  /** Its name. */
  name: string,
  /** Its new value, or the default one. */
  value: SettingValue | null, } } | { "save_role": {
  /** Its name so far; none for a new role. */
  previous_name: string | null,
  /** The role. */
  role: RoleEntry, } } | { "remove_role": {
  /** Its name. */
  name: string, } } | { "mark_role": {
  /** The role's name. */
  name: string,
  /** The labels. */
  marks: RoleMarks, } } | { "set_renew": {
  /** The role's name. */
  role: string,
  /** Whether it is renewed, or the default. */
  renew: Renew | null, } } | { "name_account": {
  /** The account. */
  account_id: string,
  /** The name; empty for none. */
  alias: string, } } | { "dismiss_problem": {
  /** The code. */
  code: ProblemCode, } } | "retry_keychain" | { "desktop": DesktopCall } | "show_window" | "toggle_window" | "host" | { "unlock": {
  /** Its passphrase. */
  passphrase: WireSecret,
  /** Whether to open or create the file. */
  file: SealedFileTarget, } } | { "serve": {
  /** The role's name. */
  role: string,
  /** The endpoint's process ID. */
  process: number, } } | "questions" | { "reply": {
  /** The ID. */
  id: number,
  /** The answer. */
  reply: Reply, } } | { "setup": SetupCall } | "stop" | "hand_over";
/** The kinds of findings that are no problem of a call. */
export type CheckKind = "readable_by_others" | "writable_by_others" | "shadowed_profile" | "duplicate_setting" | "missing_program" | "old_key" | "unused_key" | "broad_key" | "root_key" | "dead_proxy" | "certificate_file" | "dead_bus" | "other_version" | "second_copy" | "overriding_variables" | "other_files";
/** How a caller gets a sign-in. */
export type ConsoleDelivery = "page" | "url";
/** What of the console to open, and how. */
export type ConsoleRequest = {
  /** The page. */
  page: PageRequest,
  /** How long the console session is to last, instead of the setting. */
  duration: string | null,
  /** How the caller gets the sign-in. */
  delivery: ConsoleDelivery,
  /** Why: for each role on the way, the last of these that it takes counts. */
  reasons?: Array<string>,
};
/** A sign-in to the console. */
export type ConsoleView = {
  /** The role's name. */
  role: string,
  /** The role's name without limits, for the names of profiles and containers. */
  profile: string,
  /** Its account. */
  account_id: string,
  /** The page on loopback, or the URL that signs in. */
  url: WireSecret,
  /** The ID of the page on loopback. */
  page: number | null,
  /** Until when the URL can be used. */
  usable_until: string,
  /** The browser of the role or of the settings. */
  browser: string,
  /** When the console session ends. */
  ends_at: string,
  /** What is not as requested. */
  note: string | null,
};
/** The calls that need the desktop. */
export type DesktopCall = { "seen": {
  /** How often it was brought to the front. */
  raised: number, } } | { "focused": {
  /** Whether it has it. */
  is_focused: boolean, } } | { "add_key": {
  /** The new name. */
  name: string,
  /** Where the application reads it. */
  from: KeyOrigin, } } | "plaintext_profiles" | "import_sources" | "start_practice" | "restart" | "focus" | "practice_code" | "practice_story" | "open_roles_file" | "open_settings_file" | "window_memory" | { "remember": {
  /** What to remember. */
  memory: WindowMemory, } } | { "placed": {
  /** The place. */
  place: WindowPlace, } } | "about" | "start" | { "set_at_login": {
  /** Whether it starts. */
  is_on: boolean, } } | { "set_shortcut": {
  /** The combination, such as `Ctrl+Alt+R`. */
  keys: string | null, } };
/** All findings, the worst first, and what could not be checked. */
export type DoctorReport = {
  /** The findings; empty if nothing is wrong. */
  findings: Array<Finding>,
  /** What could not be checked. That is not wrong by itself. */
  unread: Array<Unread>,
};
/** Whether an import changes anything. */
export type DryRun = boolean;
/** The state of a sealed file. */
export type FileState = "absent" | "wanted" | "sealed" | "open";
/** Something that is wrong, or will be: what, why it matters, and how to fix it. */
export type Finding = {
  /** The kind of the finding, for programs. */
  id: FindingId,
  /** How bad it is. */
  severity: Severity,
  /** What is wrong: one sentence. */
  what: string,
  /** Why it matters: one sentence. */
  why: string,
  /** How to fix it: one or two sentences. */
  remedy: string,
  /** Who can fix it, as the end of "Ask …"; `None` if the user can. */
  who?: string | null,
  /** A command that fixes or checks it. */
  command?: string | null,
  /** The policy statement that would fix it. */
  statement?: Statement | null,
  /** The technical reason. */
  detail?: string | null,
  /** What Rolecall can do about it in one step. */
  fix?: Fix | null,
};
/** The kind of a finding: a problem that calls have too, a cause of a refusal, or what only these checks find. */
export type FindingId = CheckKind | ProblemCode | CauseKind;
/** What Rolecall can do about a finding in one step. */
export type Fix = { "restrict_file": AwsFile } | { "import_key": string };
/** The programs that serve the socket. */
export type HostKind = "desktop" | "agent";
/** Information about the program. */
export type HostView = {
  /** The kind of program. */
  kind: HostKind,
  /** Its version. */
  version: string,
  /** Its process ID. */
  pid: number,
  /** The path of the sealed file as shown in messages. */
  sealed_file: string,
  /** Whether that file exists and is open. Version 0.1.0 called it `sealed_file_is`. */
  sealed_file_state: FileState,
  /** AWS's files that it reads and writes. */
  aws_files?: AwsFilePaths | null,
  /** After how many seconds without a session and a question it ends; `None` if it runs until it is stopped. */
  idle_limit_s: number | null,
};
/** Something that is kept. */
export type KeptAt = {
  /** What it is. */
  what: string,
  /** The folder or store. */
  place: string,
};
/** Where the application reads a new access key. */
export type KeyOrigin = { "kind": "clipboard" } | { "kind": "csv",
  /** The path of the file. */
  path: string, } | { "kind": "profile",
  /** The profile. */
  profile: string, } | { "kind": "typed",
  /** The key ID. */
  access_key_id: string,
  /** Its secret. */
  secret: WireSecret,
};
/** Which roles are listed. */
export type ListFilter = { "by": "account",
  /** Its id. */
  value: string, } | { "by": "group",
  /** Its name. */
  value: string, } | { "by": "colour",
  /** Its name. */
  value: string, } | { "by": "production" };
/** How roles are put together. */
export type ListGrouping = "group" | "account";
/** In which order roles are listed. */
export type ListSort = "file" | "name" | "recent";
/** A page as requested: the home page, that of a service, or an address. */
export type PageRequest = {
  /** The service. */
  service: string | null,
  /** The address of a page. */
  url: string | null,
  /** The region, instead of the role's. */
  region: string | null,
};
/** What became of a page on loopback. */
export type PageState = {
  /** Whether a program of this user got the sign-in. */
  is_used: boolean,
  /** Whether nobody can get it any more. */
  is_over: boolean,
  /** The IDs of other users of this machine who tried to get it. They were refused. */
  other_users: Array<number>,
};
/** A profile of `~/.aws/credentials` with a long-term key in plaintext. */
export type PlaintextProfile = {
  /** The profile. */
  profile: string,
  /** The key ID, hidden except for its ends. */
  access_key_id: string,
};
/** The present code of the practice account's authenticator. */
export type PracticeCode = {
  /** The code. */
  code: string,
  /** For how many seconds it is still shown. */
  seconds_left: number,
  /** For how many seconds each code is shown. */
  step_s: number,
};
/** A call about a question to the user. */
export type QuestionCall = { "confirm": {
  /** The role's name. */
  role: string,
  /** Whether to do it without a question, where the settings allow that. */
  yes: boolean, } } | { "answer_account": {
  /** The question's ID. */
  id: number,
  /** The name or ID, as typed. */
  account: string, } } | { "cancel_account": {
  /** The question's ID. */
  id: number, } } | { "extend": {
  /** The question's ID. */
  id: number, } };
/** The roles, and everything else that is shown. */
export type RoleList = {
  /** The snapshot without roles and keys. */
  snapshot: Snapshot,
  /** The roles in the snapshot's order. */
  rows: Array<RoleRow>,
};
/** One role. */
export type RoleRow = {
  /** Its name in the catalogue. */
  name: string,
  /** Its 12-digit account. */
  account_id: string,
  /** The name of the access key or role it is assumed from. */
  source: string,
  /** Its group, or an empty text. */
  group?: string,
  /** Whether it cannot be assumed. */
  needs_setup?: boolean,
  /** Whether the role or its account is labelled as production. */
  production?: boolean,
  /** Whether it is a favourite. */
  favourite?: boolean,
  /** The colour of the role or its account. */
  colour?: Colour | null,
};
/** What a role of the practice account is there to show. */
export type RoleStory = {
  /** The role. */
  role: string,
  /** One or two sentences for the person who tries it. */
  shows: string,
};
/** The sealed file that a passphrase is for. */
export type SealedFileTarget = "there" | "new";
/** The value of a setting as the file writes it. */
export type SettingValue = boolean | string | Array<string>;
/** A setting of the file. */
export type SettingView = {
  /** Its section, without brackets. */
  section: string,
  /** Its name. */
  name: string,
  /** What the file contains; `None` if that is no text, switch or list of texts. */
  value: SettingValue | null,
  /** Its line in the file, from 1. */
  line: number,
  /** Why the value does not count. */
  fault: string | null,
};
/** How bad a finding is. */
export type Severity = "error" | "warning" | "advice";
/** What became of a key combination. */
export type ShortcutState = "off" | "active" | "asked" | "taken" | "unsupported";
/** What opens Rolecall. */
export type StartView = {
  /** Whether it starts when the user logs in; `None` where that cannot be set. */
  at_login: boolean | null,
  /** The key combination that opens its window, as the desktop has it. */
  shortcut: string | null,
  /** What became of that combination. */
  shortcut_state: ShortcutState,
  /** The command that does the same, for the desktop's own settings. */
  command: string,
};
/** The colours of the window. */
export type Theme = "desktop" | "light" | "dark";
/** A check that could not be made. */
export type Unread = {
  /** What could not be read, such as "iam:ListAccessKeys as work". */
  what: string,
  /** Why: one sentence. */
  why: string,
};
/** What the window remembers. A field that a file lacks has its default. */
export type WindowMemory = {
  /** Where the window was. */
  place: WindowPlace | null,
  /** Whether it stays above other windows. */
  is_on_top: boolean,
  /** Whether it shows the active sessions only, and stays above other windows. */
  is_mini: boolean,
  /** The size of all that it shows. */
  zoom: Zoom,
  /** Its colours. */
  theme: Theme,
  /** Whether it closes after a session was copied. */
  closes_after_copy: boolean,
  /** The titles of the headings whose roles are hidden. */
  collapsed: Array<string>,
  /** Which roles are listed. */
  filter: ListFilter | null,
  /** How roles are put together. */
  grouping: ListGrouping,
  /** In which order roles are listed. */
  sort: ListSort,
  /** Whether the checklist of the first run was put away. */
  is_checklist_closed: boolean,
  /** The key combination that opens the window from anywhere. */
  shortcut: string | null,
};
/** A window's place in logical pixels. */
export type WindowPlace = {
  /** The left edge; `None` where the desktop does not say. */
  x: number | null,
  /** The upper edge. */
  y: number | null,
  /** The width of the content. */
  width: number,
  /** The height of the content. */
  height: number,
};
/** The variables of a session for the environment of a program, the same as in its export block. */
export type WireEnvironment = {
  /** When the session expires. */
  expires_at: string,
  /** Names to remove. */
  unset: Array<string>,
  /** Names and values to set. */
  set: Array<[string, WireSecret]>,
};
/** Secret text for the socket. This is the only type of a secret that can be serialised. */
export type WireSecret = string;
/** The size of what is shown, in percent. */
export type Zoom = number;
