// The secret-free picture of everything, as the backend sends it. Times are RFC 3339 instants.

export type Phase = "assuming" | "active" | "expiring" | "expired" | "failed";
/** A shell, or a file format, that an export block can be written for; there may be more than menus offer. */
export type Shell = string;
export type WaitingFor = "code" | "reason" | "next_code" | "answer";

/** A failure as a person reads it. Branch on `code`, never on the texts. */
export interface Problem {
  code: string;
  what: string;
  remedy: string;
  /** AWS's own words and the request id; for `invalid_input` the name of the field. */
  detail?: string | null;
  /** Why AWS refused, where it did. */
  diagnosis?: Diagnosis | null;
}

export type Confidence = "certain" | "likely" | "possible";

/** Why AWS said no: the causes that fit, most likely first, and AWS's own words. */
export interface Diagnosis {
  causes: Cause[];
  code: string;
  words: string;
  request_id: string | null;
  /** The calls that would tell more, and what they told once they were made. */
  looks: Look[];
}

export interface Look {
  call: string;
  /** As policies name it: "iam:GetRole". */
  action: string;
  /** Whose credentials sign it: an access key's name, or a role's. */
  by: string;
  /** What it told; null before it was made. */
  found: string | null;
  /** The statement that would allow it, where it was denied. */
  statement: { goes_to: string; json: string } | null;
}

export interface Cause {
  kind: string;
  confidence: Confidence;
  what: string;
  check: { what: string; command: string | null };
  /** Who can change it; null if the user can. */
  who: string | null;
  /** The policy statement that would mend it, and where it belongs. */
  statement: { goes_to: string; json: string } | null;
}

/** Which roles an edit of AWS's files is about. */
export type Which = "all" | { named: string[] };
export type Step = "preview" | "write";

/** An edit of one of AWS's files, as a person is shown it before it is written. */
export interface EditView {
  path: string;
  profiles: string[];
  difference: { kind: "added" | "removed"; text: string }[];
  notes: string[];
  /** The copy of the file as it is before the edit, without the secret that the edit takes out. */
  backup?: string | null;
}

/** A profile of AWS's config file that gets its credentials from a session here. */
export interface Connection {
  profile: string;
  role: string;
}

/** What AWS's own files hold. */
export interface AwsFilesView {
  config_path: string;
  credentials_path: string;
  notices: { file: "config" | "credentials"; line: number | null; text: string }[];
  connections: Connection[];
  /** The profiles that hold a long-term key in plaintext; all but the ends of its id hidden. */
  keys: { profile: string; access_key_id: string }[];
  /** The profiles whose key was moved to the keychain and can be put back. */
  moved: string[];
}

/** What a session is limited to beyond its role. */
export interface Limits {
  access?: "read_only" | "view_only" | null;
  region?: string | null;
}

export interface SessionView {
  /** The name in every call; that of a limited session tells its limits. */
  role: string;
  /** The role without its limits, if it has any. */
  limited_of?: string | null;
  limits?: Limits;
  /** Why it was assumed, where the role wanted a reason. */
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
  /** How much of the space for session policies and tags they take, in percent, if there are any. */
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

/** Where a role is written; only the user's own are edited here. */
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
  /** What its codes are used for, "shared" or "own", where that is set. */
  mfa_code: string | null;
  source_identity: string | null;
  tags: SessionTag[];
  /** Keys of the tags that the next role in a chain inherits. */
  transitive_tags: string[];
  /** The inline session policy, as it was written. */
  policy: string | null;
  policy_arns: string[];
  /** Where the reason goes that it wants: `source_identity` or `tag:KEY`. */
  reason: string | null;
  /** What the reason must look like: `#` a number, `*` any text. */
  reason_pattern: string | null;
  region: string | null;
  /** The AWS CLI's output format of its connected profile. */
  output: string | null;
  group: string | null;
  needs_code: boolean;
  /** What assuming it takes and gives at present, in plain words. */
  plan: string;
  /** The longest life that it allows, where that is known: AWS refused a longer one, or IAM told it. */
  duration_limit: { refused_s: number | null; allowed_s: number } | null;
  planned_s: number;
  consent: Consent;
  consent_is_default: boolean;
  problem: Problem | null;
  favourite: boolean;
  colour: Colour | null;
  production: boolean;
  /** The group that the user's marks give it; null where it is the written one. */
  marked_group: string | null;
  account_alias: string | null;
  origin: Origin;
  /** Where else a role of this name is written, which does not count. */
  hides: Origin | null;
}

export interface KeyView {
  name: string;
  access_key_id: string;
  account_id: string;
  user_arn: string;
  roles: number;
  /** The codes that still count. */
  mfa: MfaView[];
  /** What happens when a program asks for a session of the key itself. */
  consent: Consent;
  consent_is_default: boolean;
  /** The device whose seed is kept in the keychain: its codes come by themselves. */
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

export interface PromptView {
  id: number;
  mfa_serial: string;
  roles: string[];
  plan: string;
  /** What else the code could be used for, in a few words. */
  instead: string | null;
  next_code_at: string | null;
  problem: Problem | null;
  deadline: string;
}

/** What happens when a program asks for a role. */
export type Consent = "allow" | "once" | "ask" | "never";
export type Reply = "allow_once" | "allow_tree" | "deny";
export type RequestKind = "credentials" | "env" | "exec" | "endpoint" | "assume" | "copy" | "console" | "profile" | "key" | "put_back";

/** A process, its texts safe to show. */
export interface Process {
  pid: number;
  name: string;
  program: string;
}

/** A program that waits to be allowed. */
export interface QuestionView {
  id: number;
  role: string;
  account_id: string;
  request: RequestKind;
  process: Process;
  /** Who started it, the nearest first. */
  parents: Process[];
  /** The root of its process tree, if the tree may be allowed. */
  tree: Process | null;
  apart: boolean;
  deadline: string;
}

export type Verdict =
  | "allowed" | "clicked" | "accepted" | "granted" | "denied" | "unanswered" | "unasked" | "limited" | "never" | "apart" | "unknown";

/** One line of the history: a request, or the same one again and again. */
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
  /** Whether it asked from a container or sandbox. */
  sandboxed: boolean;
  verdict: Verdict;
  aws_call: boolean;
  failure: string | null;
}

/** A question for the reason that a role wants. */
export interface ReasonPromptView {
  id: number;
  role: string;
  /** The roles that are reached through it and wait as well. */
  on_the_way_to: string[];
  /** What it must look like, in a few words. */
  form: string;
  /** Where it is sent, in a few words. */
  place: string;
  /** The reason given last time. */
  last: string | null;
  deadline: string;
}

export interface SettingsView {
  shell: Shell;
  /** The region of roles that name none. */
  region?: string | null;
  clipboard_clear_s: number;
  lead_times_s: number[];
  /** What happens when a program asks for a role without a policy of its own. */
  consent: Consent;
  /** The roles whose sessions are also written into AWS's credentials file. */
  temporary_profiles?: string[];
  /** Whether a role that acts on production takes a second click. */
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
  /** The names of the roles used most of late, best first. */
  recent: string[];
  keys: KeyView[];
  aws: AwsFilesView;
  prompts: PromptView[];
  questions: QuestionView[];
  reason_prompts: ReasonPromptView[];
  problems: Problem[];
  settings: SettingsView;
}
