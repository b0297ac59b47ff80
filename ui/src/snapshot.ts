// The state of the backend, without secrets. Times are RFC 3339 instants.

export type Phase = "assuming" | "active" | "expiring" | "expired" | "failed";
/** A shell or file format for an export block. There are more than the menus offer. */
export type Shell = string;
export type WaitingFor = "code" | "reason" | "next_code" | "answer";

/** A failure as a person reads it. Branch on `code`, never on the texts. */
export interface Problem {
  code: string;
  what: string;
  remedy: string;
  /** AWS's message and request ID; for `invalid_input` the name of the field. */
  detail?: string | null;
  /** Why AWS refused, where it did. */
  diagnosis?: Diagnosis | null;
}

export type Confidence = "certain" | "likely" | "possible";

/** Why AWS denied a request: possible causes, most likely first, and AWS's message. */
export interface Diagnosis {
  causes: Cause[];
  code: string;
  words: string;
  request_id: string | null;
  /** The calls for more checks, with their results once they were made. */
  further_calls: FurtherCall[];
}

export interface FurtherCall {
  call: string;
  /** As policies name it: "iam:GetRole". */
  action: string;
  /** Whose credentials sign it: an access key's name, or a role's. */
  by: string;
  /** The result; null before the call was made. */
  found: string | null;
  /** The statement that would allow the call, if it was denied. */
  statement: { goes_to: string; json: string } | null;
}

export interface Cause {
  kind: string;
  confidence: Confidence;
  what: string;
  check: { what: string; command: string | null };
  /** Who can change it; null if the user can. */
  who: string | null;
  /** The policy statement that would fix the cause, and where it belongs. */
  statement: { goes_to: string; json: string } | null;
}

/** The roles that an edit of AWS's files applies to. */
export type Which = "all" | { named: string[] };
export type Step = "preview" | "write";

/** The preview of an edit of one of AWS's files. */
export interface EditView {
  path: string;
  profiles: string[];
  difference: { kind: "added" | "removed"; text: string }[];
  notes: string[];
  /** The copy of the file as it is before the edit, without the secret that the edit takes out. */
  backup?: string | null;
}

/** A profile of AWS's config file that gets its credentials from Rolecall. */
export interface Connection {
  profile: string;
  role: string;
}

/** The content of AWS's files. */
export interface AwsFilesView {
  config_path: string;
  credentials_path: string;
  notices: { file: "config" | "credentials"; line: number | null; text: string }[];
  connections: Connection[];
  /** The profiles that hold a long-term key in plaintext; all but the ends of its ID masked. */
  keys: { profile: string; access_key_id: string }[];
  /** The profiles whose key was moved to the keychain and can be put back. */
  moved: string[];
}

/** The limits of a session beyond its role. */
export interface Limits {
  access?: "read_only" | "view_only" | null;
  region?: string | null;
}

export interface SessionView {
  /** The name in every call; for a limited session it includes the limits. */
  role: string;
  /** The role without its limits, if it has any. */
  limited_of?: string | null;
  limits?: Limits;
  /** The reason given, if the role requires one. */
  reason?: string | null;
  phase: Phase;
  waiting_for: WaitingFor | null;
  account_id: string;
  role_arn: string;
  identity: string | null;
  source: string;
  group: string | null;
  region: string | null;
  issued_at: string | null;
  expires_at: string | null;
  /** The size of session policies and tags in percent of the AWS limit, if there are any. */
  packed_policy_percent: number | null;
  access_key_id: string | null;
  problem: Problem | null;
  production: boolean;
  colour: Colour | null;
  account_alias: string | null;
}

export interface SessionTag {
  key: string;
  value: string;
}

export type Colour = "red" | "orange" | "green" | "blue" | "purple" | "grey";

/** Where a role is defined; only the user's own are edited in Rolecall. */
export interface Origin {
  kind: "own" | "profile" | string;
  place: string;
  line: number | null;
}

export interface RoleView {
  name: string;
  arn: string;
  account_id: string;
  source: string;
  /** From the access key to the role, both included. */
  chain: string[];
  session_name: string | null;
  duration_s: number | null;
  external_id: string | null;
  mfa_serial: string | null;
  /** What its codes are used for, "shared" or "own", if set. */
  mfa_code: string | null;
  source_identity: string | null;
  tags: SessionTag[];
  /** Keys of the tags that the next role in a chain inherits. */
  transitive_tags: string[];
  /** The inline session policy, as it was written. */
  policy: string | null;
  policy_arns: string[];
  /** How the required reason is sent: `source_identity` or `tag:KEY`. */
  reason: string | null;
  /** The format of the reason: `#` is a number, `*` any text. */
  reason_pattern: string | null;
  region: string | null;
  /** The AWS CLI's output format of its connected profile. */
  output: string | null;
  group: string | null;
  needs_code: boolean;
  /** What assuming the role requires and gives now, in a sentence. */
  plan: string;
  /** The maximum session duration, if known: AWS refused a longer one, or IAM reported it. */
  duration_limit: { refused_s: number | null; allowed_s: number } | null;
  planned_s: number;
  consent: Consent;
  consent_is_default: boolean;
  problem: Problem | null;
  favourite: boolean;
  colour: Colour | null;
  production: boolean;
  /** The group from the user's labels; null if the group is from the role's definition. */
  marked_group: string | null;
  account_alias: string | null;
  origin: Origin;
  /** Where another role with this name is defined, which is not used. */
  hides: Origin | null;
}

export interface KeyView {
  name: string;
  access_key_id: string;
  account_id: string;
  user_arn: string;
  roles: number;
  /** The MFA devices that are verified now. */
  mfa: MfaView[];
  /** What happens when a program asks for a session of the key itself. */
  consent: Consent;
  consent_is_default: boolean;
  /** The MFA device whose seed is in the keychain: Rolecall generates its codes. */
  totp?: string | null;
}

/** A live session of an access key itself. */
export interface KeySessionView {
  key: string;
  account_id: string;
  user_arn: string;
  access_key_id: string;
  issued_at: string;
  expires_at: string;
}

export interface MfaView {
  mfa_serial: string;
  expires_at: string;
}

export interface CodeView {
  id: number;
  mfa_serial: string;
  roles: string[];
  plan: string;
  /** The alternative use of the code, in a few words. */
  alternative: string | null;
  next_code_at: string | null;
  problem: Problem | null;
  deadline: string;
}

/** What happens when a program asks for a role. */
export type Consent = "allow" | "once" | "ask" | "never";
export type Reply = "allow_once" | "allow_tree" | "deny";
export type RequestKind = "credentials" | "env" | "exec" | "endpoint" | "assume" | "copy" | "profile" | "key" | "put_back";

/** A process, its texts safe to show. */
export interface Process {
  pid: number;
  name: string;
  program: string;
}

/** A program that waits for permission. */
export interface ConsentView {
  id: number;
  role: string;
  account_id: string;
  request: RequestKind;
  process: Process;
  /** The parent processes, nearest first. */
  parents: Process[];
  /** The root of the process tree, if the tree can be allowed. */
  tree: Process | null;
  sandboxed: boolean;
  deadline: string;
}

export type Verdict =
  | "allowed" | "clicked" | "accepted" | "granted" | "denied" | "unanswered" | "unasked" | "limited" | "never" | "apart" | "unknown";

/** One line of the history: a request, or several identical ones. */
export interface HistoryLine {
  at: string;
  since: string;
  count: number;
  role: string;
  request: RequestKind;
  /** Empty for the user, in the tray, the window or a notice. */
  process: string;
  pid: number;
  program: string;
  parents: string[];
  /** Whether the program runs in a container or sandbox. */
  sandboxed: boolean;
  verdict: Verdict;
  aws_call: boolean;
  failure: string | null;
}

/** A prompt for the reason that a role requires. */
export interface ReasonView {
  id: number;
  role: string;
  /** The roles that wait because they are chained to it. */
  on_the_way_to: string[];
  /** The required format, in a few words. */
  form: string;
  /** How the reason is sent, in a few words. */
  target: string;
  /** The reason given last time. */
  last: string | null;
  deadline: string;
}

/** An open question to the user. All questions share their IDs. */
export type QuestionView = ({ kind: "code" } & CodeView) | ({ kind: "reason" } & ReasonView) | ({ kind: "consent" } & ConsentView);

export interface SettingsView {
  shell: Shell;
  /** The default region. */
  region?: string | null;
  clipboard_clear_s: number;
  lead_times_s: number[];
  /** The default access policy for programs. */
  consent: Consent;
  /** The roles whose sessions are also written to AWS's credentials file. */
  temporary_profiles?: string[];
  /** Whether assuming a production role needs a second click. */
  confirm_production: boolean;
}

export interface Snapshot {
  mode: "own" | "practice";
  endpoint: string | null;
  /** AWS's clock minus this machine's, in milliseconds. */
  clock_offset_ms: number;
  sessions: SessionView[];
  /** Live sessions of access keys themselves. */
  key_sessions: KeySessionView[];
  roles: RoleView[];
  /** The names of recently used roles, best first. */
  recent: string[];
  keys: KeyView[];
  aws: AwsFilesView;
  /** What the user is asked, oldest first. */
  open_questions: QuestionView[];
  problems: Problem[];
  settings: SettingsView;
}
