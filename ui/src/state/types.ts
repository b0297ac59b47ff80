// Generated from the Rust types with `make types`. Do not edit.

import type {
  LastUse, RotationView,
} from "./rotation";

/** The maximum access of a session. */
export type AccessLimit = "read_only" | "view_only";
/** One of AWS's two files. */
export type AwsFile = "config" | "credentials";
/** Information about AWS's own files other than their roles. */
export type AwsFilesView = {
  /** The path of the config file as shown in messages. */
  config_path: string,
  /** The path of the credentials file as shown in messages. */
  credentials_path: string,
  /** The profiles with a long-term key in plaintext. */
  keys: Array<ProfileKey>,
  /** What the user should know about the files. */
  notices: Array<FileNotice>,
  /** The profiles of the config file that get their credentials from Rolecall. */
  connections: Array<Connection>,
  /** The profiles whose key was moved to the keychain and can be put back. */
  moved: Array<string>,
};
/** One possible cause of an error. */
export type Cause = {
  /** The kind of the cause, for programs. */
  kind: CauseKind,
  /** The confidence in this cause. */
  confidence: Confidence,
  /** The cause in one sentence. */
  what: string,
  /** How to find out, or what to do. */
  check: Check,
  /** Who can fix it, as the end of "Ask …"; `None` if the user can. */
  who: string | null,
  /** The policy statement that would fix it. */
  statement: Statement | null,
};
/** The kind of a cause. */
export type CauseKind = "caller_permission" | "trust_policy" | "external_id" | "mfa_missing" | "mfa_too_old" | "mfa_code" | "mfa_device" | "session_name" | "source_identity" | "session_tags" | "no_such_role" | "root_user" | "explicit_deny" | "service_control" | "resource_control" | "boundary" | "caller_session" | "revoked_session" | "endpoint_policy" | "resource_policy" | "no_such_resource" | "encoded_message" | "other_condition" | "key_unknown" | "partition" | "region" | "expired" | "secret" | "clock" | "endpoint" | "duration" | "field" | "session_policy" | "throttled" | "aws_fault";
/** A line that an edit adds or removes. Hidden characters are escaped, and the value of a secret is omitted. */
export type Changed = { "kind": "added", "text": string } | { "kind": "removed", "text": string };
/** How to check whether a cause applies. */
export type Check = {
  /** What to check or do. */
  what: string,
  /** A command for the check, for someone with the permission. */
  command: string | null,
};
/** A prompt for a code of an MFA device. */
export type CodeView = {
  /** The ID of the prompt, for the answer. */
  id: number,
  /** The MFA device. */
  mfa_serial: string,
  /** The roles that wait for the code. */
  roles: Array<string>,
  /** The description of the plan, in one or two sentences. */
  plan: string,
  /** A short description of the alternative use of the code; see `Keeper::switch_prompt`. */
  alternative: string | null,
  /** When the device shows its next code, if the current one was used. */
  next_code_at: string | null,
  /** What was wrong with the last answer. */
  problem: Problem | null,
  /** Whether the prompt is already shown at a terminal, so that no window needs to open. */
  at_terminal: boolean,
  /** When the prompt times out. */
  deadline: string,
};
/** The colours: few enough to distinguish, and always shown with their name. */
export type Colour = "red" | "orange" | "green" | "blue" | "purple" | "grey";
/** The confidence in a cause. */
export type Confidence = "certain" | "likely" | "possible";
/** A profile of AWS's config file that gets its credentials from a session here. */
export type Connection = {
  /** The profile. */
  profile: string,
  /** The role that its command names. */
  role: string,
};
/** What happens when a program requests a session. A person's click in Rolecall never needs a question. */
export type Consent = "allow" | "ask" | "once" | "never";
/** A question whether a program may use the session of a role or an access key. */
export type ConsentView = {
  /** The ID of the question, for the answer. */
  id: number,
  /** The name of the role or access key, depending on `request`. */
  role: string,
  /** Its 12-digit account. */
  account_id: string,
  /** What is requested. */
  request: RequestKind,
  /** The requesting program. Its name is empty if it is unknown. */
  process: Process,
  /** Its parent processes, the nearest first. */
  parents: Array<Process>,
  /** The root of its process tree, if the user can allow the tree. */
  tree: Process | null,
  /** Whether it runs in a container or sandbox. Version 0.1.0 called it `apart`. */
  sandboxed: boolean,
  /** The setup kit that is applied or taken back, if the request is for that. */
  setup: SetupQuestion | null,
  /** When the request is denied without an answer. */
  deadline: string,
};
/** Why a call failed: the causes that fit, most likely first, and the message of AWS. */
export type Diagnosis = {
  /** The causes, most likely first, or empty if the error is unknown. */
  causes: Array<Cause>,
  /** AWS's error code. */
  code: string,
  /** The message of AWS, with hidden characters escaped. */
  words: string,
  /** The request ID, for a support case. */
  request_id: string | null,
  /** The follow-up calls that give more details, and their results once they were made. */
  further_calls: Array<FurtherCall>,
};
/** What is known about the maximum duration of a role. */
export type DurationLimitView = {
  /** The longer duration that AWS rejected, in seconds; `None` if the role's `MaxSessionDuration` is known. */
  refused_s: number | null,
  /** The longest duration to request, in seconds. */
  allowed_s: number,
};
/** An edit as shown to the user. It has no secret. */
export type EditView = {
  /** The path of the file as shown in messages. */
  path: string,
  /** The profiles that the edit applies to. */
  profiles: Array<string>,
  /** The differences line by line, or empty if there are none. */
  difference: Array<Changed>,
  /** Notes for the user, each of one or two sentences. */
  notes: Array<string>,
  /** The path, as shown in messages, of the backup of the file without the secret that the edit removes. */
  backup?: string | null,
};
/** A notice about a file, without secrets. */
export type FileNotice = {
  /** The file. */
  file: AwsFile,
  /** The line number, from 1, or `None` for the whole file. */
  line: number | null,
  /** One or two sentences. Text from the file is shortened and escaped. */
  text: string,
};
/** One follow-up call for more details. */
export type FurtherCall = {
  /** The call. */
  call: FurtherCallKind,
  /** The action, as named in policies. */
  action: string,
  /** The name of the access key or role whose credentials sign the call. */
  by: string,
  /** The result in one sentence; `None` before the call was made. */
  found: string | null,
  /** The statement that would allow the call, if it was denied. */
  statement: Statement | null,
};
/** The possible follow-up calls. They change nothing. */
export type FurtherCallKind = "get_role" | "simulate_principal_policy" | "decode_authorization_message" | "get_access_key_info";
/** One line of the history: a request and its repetitions. */
export type HistoryLine = {
  /** The time of the last request. */
  at: string,
  /** The time of the first request. */
  since: string,
  /** The number of requests. */
  count: number,
  /** The name of the role or access key, depending on `request`. */
  role: string,
  /** What was requested. */
  request: RequestKind,
  /** The name of the process of the last request; empty for the user in the tray, the window or a notification. */
  process: string,
  /** The process ID; 0 if unknown. */
  pid: number,
  /** The path of the program; empty if unknown. */
  program: string,
  /** The names of the parent processes, the nearest first. */
  parents: Array<string>,
  /** Whether the process ran in a container or sandbox. */
  sandboxed: boolean,
  /** What was decided. */
  verdict: Verdict,
  /** Whether AWS was called for it. */
  aws_call: boolean,
  /** Why the request failed, if it did. */
  failure: ProblemCode | null,
};
/** Selects lines, newest first. */
export type HistoryQuery = {
  /** Only lines of this role or access key, even if it no longer exists. */
  role: string | null,
  /** Only lines from this time on. */
  since: string | null,
  /** The maximum number of lines. */
  limit: number,
};
/** One line of an import's report. */
export type ImportItem = {
  /** What it is. */
  kind: ImportItemKind,
  /** The name here, or the other program's name if it was skipped. */
  name: string,
  /** Whether it was imported. */
  outcome: ImportOutcome,
  /** An explanation for a person; empty if none is needed. */
  message: string,
};
/** What an import's report is about. */
export type ImportItemKind = "key" | "role" | "other";
/** Whether something was imported. */
export type ImportOutcome = "imported" | "exists" | "skipped";
/** A program to import from. */
export type ImportSource = "leapp" | "aws_vault" | "granted";
/** A session of an access key. It has all permissions of the user except for calls to IAM and most of STS. */
export type KeySessionView = {
  /** The key's name. */
  key: string,
  /** The 12-digit account of the key. */
  account_id: string,
  /** The ARN of the key's user. */
  user_arn: string,
  /** The temporary access key ID, hidden except for its ends. */
  access_key_id: string,
  /** When AWS issued it. */
  issued_at: string,
  /** When it expires. */
  expires_at: string,
};
/** One access key. Its secret is in the keychain. */
export type KeyView = {
  /** The name of the key in Rolecall. */
  name: string,
  /** The key ID. */
  access_key_id: string,
  /** The 12-digit account of the key. */
  account_id: string,
  /** The ARN of the key's user. */
  user_arn: string,
  /** The number of roles with this source. */
  roles: number,
  /** The MFA sessions that are still valid, one per device. */
  mfa: Array<MfaView>,
  /** The policy for programs that request a session of the key. */
  consent: Consent,
  /** Whether this is the default policy. */
  consent_is_default: boolean,
  /** The MFA device whose seed is in the keychain, if the user chose that. */
  totp?: string | null,
  /** The age of the key for a list, such as `412 days`, if it is known. */
  age?: string | null,
  /** Whether the key should be replaced, by its age and the settings. */
  is_old?: boolean,
  /** When the key was last used, if IAM said so in this run. */
  last_use?: LastUse | null,
  /** The replacement of the key that is not over. */
  rotation?: RotationView | null,
};
/** Limits as requested and shown. */
export type Limits = {
  /** See [`Limits::access`]. */
  access?: AccessLimit | null,
  /** See [`Limits::region`]. */
  region?: string | null,
};
/** An MFA session that is still valid. Until it expires, roles with this device need no code. */
export type MfaView = {
  /** The MFA device. */
  mfa_serial: string,
  /** When it expires. */
  expires_at: string,
};
/** The set of keys, roles and settings in use. */
export type Mode = "own" | "practice";
/** Where a role is defined. */
export type Origin = {
  /** The kind of origin. */
  kind: OriginKind,
  /** The location as shown in messages: a file's path or a URL. */
  place: string,
  /** The line in the file, from 1. */
  line: number | null,
};
/** The kinds of origins. If two define a role with the same name, the earlier kind takes precedence. */
export type OriginKind = "own" | "profile" | "team";
/** The phase of a session. It is computed from the time and never stored. */
export type Phase = "assuming" | "failed" | "expiring" | "active" | "expired";
/** An error as shown to the user: what happened, then what to do. */
export type Problem = {
  /** The code, for programs. */
  code: ProblemCode,
  /** What happened: one sentence. */
  what: string,
  /** What to do about it: one or two sentences. */
  remedy: string,
  /** AWS's own message and the request ID, if any. */
  detail?: string | null,
  /** The explanation, if AWS returned an error. */
  diagnosis?: Diagnosis | null,
};
/** The kinds of problems that a caller handles differently. */
export type ProblemCode = "invalid_input" | "invalid_file" | "invalid_settings" | "invalid_aws_file" | "unknown_role" | "unknown_key" | "name_taken" | "unusable_source" | "plaintext_key" | "no_session" | "code_needed" | "reason_needed" | "confirmation_needed" | "cancelled" | "keychain_locked" | "keys_sealed" | "wrong_passphrase" | "keychain_absent" | "keychain_frozen" | "keychain_denied" | "keychain_empty" | "access_denied" | "invalid_key" | "expired_credentials" | "code_rejected" | "duration_too_long" | "throttled" | "region_disabled" | "invalid_request" | "clock_skewed" | "offline" | "not_aws" | "wrong_identity" | "aws_failed" | "clipboard_failed" | "storage_failed" | "not_running" | "version_mismatch" | "updated" | "removed" | "foreign_peer" | "not_allowed" | "nobody_to_ask" | "other_namespace" | "window_failed" | "no_tray" | "no_bus" | "timed_out" | "no_resources" | "internal";
/** A process as it is shown, with texts that are safe to display. */
export type Process = {
  /** The process id. */
  pid: number,
  /** The name of the process. */
  name: string,
  /** The path of its program, or empty if it cannot be read. */
  program: string,
};
/** A question before a role that acts on production is assumed. The user types the account's name or ID. */
export type ProductionView = {
  /** The ID of the question, for the answer. */
  id: number,
  /** The role. */
  role: string,
  /** Its 12-digit account. */
  account_id: string,
  /** The account's name, if it has one. */
  account_name: string | null,
  /** The root of the process tree that asks; `None` is the user in the tray or the window. */
  process: Process | null,
  /** Whether a terminal shows the question, so that no window needs to open. */
  at_terminal: boolean,
  /** When the question times out. */
  deadline: string,
};
/** A profile with a long-term key in plaintext. */
export type ProfileKey = {
  /** The profile. */
  profile: string,
  /** The key ID, hidden except for its ends. */
  access_key_id: string,
};
/** An open question to the user. All questions share their IDs. */
export type QuestionView = { "kind": "code" } & CodeView | { "kind": "reason" } & ReasonView | { "kind": "production" } & ProductionView | { "kind": "consent" } & ConsentView;
/** A prompt for the reason to assume a role. */
export type ReasonView = {
  /** The ID of the prompt, for the answer. */
  id: number,
  /** The role that waits for the reason. */
  role: string,
  /** The roles assumed through it that wait as well. */
  on_the_way_to: Array<string>,
  /** A short description of the pattern. */
  form: string,
  /** A short description of the field of the call in which it is sent. Version 0.1.0 called it `place`. */
  target: string,
  /** The last reason. */
  last: string | null,
  /** When the prompt times out. */
  deadline: string,
};
/** What happens when a role's session comes to its end. */
export type Renew = "ask" | "automatic" | "never";
/** The user's answer to a question. */
export type Reply = "allow_once" | "allow_tree" | "deny";
/** What was requested. */
export type RequestKind = "credentials" | "env" | "exec" | "endpoint" | "console" | "assume" | "copy" | "profile" | "key" | "put_back" | "preview" | "preview_with_key" | "setup" | "setup_with_key" | "revoke" | "revoke_with_key" | "rotate";
/** The labels of a role. */
export type RoleMarks = {
  /** Whether it is listed before the others. */
  favourite: boolean,
  /** Its colour. The default is its account's. */
  colour: Colour | null,
  /** Whether it acts on production. The default is its account's. */
  production: boolean | null,
  /** Its group. The default is the group in the file that defines the role. */
  group: string | null,
};
/** One role of the catalogue. */
export type RoleView = {
  /** Its name in the catalogue. */
  name: string,
  /** Its ARN. */
  arn: string,
  /** Its 12-digit account. */
  account_id: string,
  /** The name of the access key or role it is assumed from. */
  source: string,
  /** The names from the access key to the role, both included. */
  chain: Array<string>,
  /** The session name that will be sent, or its template. */
  session_name: string | null,
  /** The duration setting in seconds, 900 to 43200. */
  duration_s: number | null,
  /** The external ID that the role's owner requires. */
  external_id: string | null,
  /** The MFA device whose code the role requires. */
  mfa_serial: string | null,
  /** The source identity, or its template. */
  source_identity: string | null,
  /** The session tags. Values can be templates. */
  tags: Array<SessionTag>,
  /** The keys of the tags that the next role in a chain inherits. */
  transitive_tags: Array<string>,
  /** The inline session policy as written. */
  policy: string | null,
  /** The managed session policies. */
  policy_arns: Array<string>,
  /** The target of the reason, if it requires one: `source_identity` or `tag:KEY`. */
  reason: string | null,
  /** The pattern of the reason. */
  reason_pattern: string | null,
  /** How its codes are used, `shared` or `own`, if set. */
  mfa_code: string | null,
  /** The region in the export block. */
  region: string | null,
  /** The AWS CLI's output format of its connected profile. */
  output: string | null,
  /** The browser that opens its console, instead of the one in the settings. */
  browser: string | null,
  /** Its group in menus and lists, from its labels or otherwise from its definition. */
  group: string | null,
  /** What its definition says happens when its session comes to its end: `ask`, `automatic` or `never`, if set. */
  renew: string | null,
  /** How long before the end its definition says to warn; empty for as in the settings. */
  lead_times: Array<string>,
  /** What happens when its session comes to its end, by its labels or otherwise by its definition. */
  renews: Renew,
  /** Whether assuming it now needs a code. */
  needs_code: boolean,
  /** The description of the current plan in one or two sentences, or empty if the role cannot be assumed. */
  plan: string,
  /** Set if AWS does not allow the duration setting. */
  duration_limit: DurationLimitView | null,
  /** The duration of a session by the current plan, in seconds. */
  planned_s: number,
  /** The policy for programs that request it. */
  consent: Consent,
  /** Whether this is the default policy. */
  consent_is_default: boolean,
  /** Why it cannot be assumed. */
  problem: Problem | null,
  /** Whether it is a favourite. */
  favourite: boolean,
  /** The colour of the role or its account. */
  colour: Colour | null,
  /** Whether the role or its account is labelled as production. */
  production: boolean,
  /** The group in its labels, which takes precedence over the one in its definition. */
  marked_group: string | null,
  /** The name of its account in Rolecall. */
  account_alias: string | null,
  /** Where it is defined. */
  origin: Origin,
  /** Where else a role with this name is defined, without effect. */
  hides: Origin | null,
};
/** A tag as written or sent. */
export type SessionTag = {
  /** Its key. */
  key: string,
  /** Its value, or its template. */
  value: string,
};
/** One session. */
export type SessionView = {
  /** The role's name in the catalogue. */
  role: string,
  /** The name of the role without limits, if it has limits. */
  limited_of?: string | null,
  /** The additional limits of the session. */
  limits?: Limits,
  /** The phase of the session. */
  phase: Phase,
  /** What a pending AssumeRole call waits for. */
  waiting_for: WaitingFor | null,
  /** The 12-digit account of the role, or empty if the role is no longer in the catalogue and was never assumed. */
  account_id: string,
  /** The role's ARN. */
  role_arn: string,
  /** The assumed-role ARN. */
  identity: string | null,
  /** The name of the access key or role from which it was assumed. */
  source: string,
  /** The role's group. */
  group: string | null,
  /** The region in the export block. */
  region: string | null,
  /** When AWS issued it. */
  issued_at: string | null,
  /** When it expires. */
  expires_at: string | null,
  /** How much of the space for session policies and tags is used, in percent, if there are any. */
  packed_policy_percent: number | null,
  /** The reason, if the role requires one. */
  reason: string | null,
  /** The temporary access key ID, hidden except for its ends. */
  access_key_id: string | null,
  /** Why the last AssumeRole or renewal failed. */
  problem: Problem | null,
  /** When Rolecall renews it by itself, or tries that again; `None` if it does not. */
  renews_at: string | null,
  /** The programs that got this session from a `credential_process`, an endpoint or `exec`, the latest first. */
  used_by: Array<string>,
  /** Whether the role acts on production. */
  production: boolean,
  /** The colour of the role. */
  colour: Colour | null,
  /** The name of its account in Rolecall. */
  account_alias: string | null,
};
/** The settings that are needed for display. */
export type SettingsView = {
  /** The default shell of copied export blocks. */
  shell: Shell,
  /** The region of roles without one. */
  region: string | null,
  /** After how many seconds a copied export block is cleared from the clipboard. */
  clipboard_clear_s: number,
  /** How long before an expiry to warn, in seconds, longest first. */
  lead_times_s: Array<number>,
  /** The roles whose sessions are also written to AWS's credentials file. */
  temporary_profiles: Array<string>,
  /** Whether the account of a role that acts on production is typed before it is assumed. */
  confirm_production: boolean,
  /** The policy for roles without one of their own. */
  consent: Consent,
};
/** What is done with a setup. */
export type SetupAct = "apply" | "resume" | "undo";
/** What is done with a setup kit, if a question is about that. */
export type SetupQuestion = {
  /** What is done with it. */
  act: SetupAct,
  /** The role that it is for. */
  role_arn: string,
  /** How many steps it has, or how many are left. */
  steps: number,
};
/** A shell or file format of an export block. */
export type Shell = "bash" | "fish" | "powershell" | "cmd" | "nushell" | "elvish" | "xonsh" | "csh" | "dotenv" | "docker" | "json" | "ini";
/** Everything that is shown at one point in time. Times are absolute; the display computes the time left. */
export type Snapshot = {
  /** Whether this is the user's own data or the practice account. */
  mode: Mode,
  /** The role whose page the window opens now. */
  focus?: string | null,
  /** The custom AWS endpoint that all calls go to, if one is set. */
  endpoint: string | null,
  /** AWS's clock minus this machine's, in milliseconds. Add it to the local time before comparing with an expiry. */
  clock_offset_ms: number,
  /** Sessions, soonest expiry first. Pending and failed ones come before the others. */
  sessions: Array<SessionView>,
  /** Live sessions of access keys, soonest expiry first. */
  key_sessions: Array<KeySessionView>,
  /** The catalogue: roles that can be assumed, ordered by origin, then those that cannot. */
  roles: Array<RoleView>,
  /** The names of the most recently used roles, most used first, at most 50. */
  recent: Array<string>,
  /** Access keys by name. */
  keys: Array<KeyView>,
  /** Information about AWS's own files. */
  aws: AwsFilesView,
  /** What the user is asked, oldest first. */
  open_questions: Array<QuestionView>,
  /** Current problems other than those of single sessions. */
  problems: Array<Problem>,
  /** The settings that are needed for display. */
  settings: SettingsView,
};
/** A policy statement to send to someone. */
export type Statement = {
  /** The policy to add it to, such as "the trust policy of guest". */
  goes_to: string,
  /** The statement, indented JSON. */
  json: string,
};
/** Whether an edit is written. */
export type Step = "preview" | "write";
/** What was decided about a request. */
export type Verdict = "allowed" | "clicked" | "accepted" | "granted" | "denied" | "unanswered" | "unasked" | "limited" | "never" | "apart" | "unknown";
/** What a pending AssumeRole call waits for. */
export type WaitingFor = "code" | "reason" | "next_code" | "answer";
/** The roles that an edit applies to. */
export type Which = "all" | { "named": Array<string> };
