// Generated from the Rust types with `make types`. Do not edit.

import type {
  SessionTag,
} from "./types";

/** The credentials that sign a call to AWS. A role and an access key can have the same name. */
export type By = { "role": string } | { "key": string };
/** What AWS has under the name of the policy. */
export type Existing = "none" | { "ours": string } | { "other": string } | "unread";
/** A session on this machine that is revoked. */
export type Hit = {
  /** The role or access key. */
  name: string,
  /** The ARN of the session. */
  identity: string,
  /** When it expires. */
  expires_at: string,
};
/** A kit as typed, not yet checked. */
export type KitDraft = {
  /** Who may assume the role: an ARN, an account ID, or `*`. */
  who: string,
  /** The role's account. */
  account: string,
  /** The role's name. */
  role: string,
  /** The role's path; `/` if empty. */
  path: string,
  /** What its sessions may do, with commas. */
  allow: string,
  /** A permissions policy. */
  policy: string | null,
  /** How the caller gets its policy; as fits the caller if absent. */
  grant: string | null,
  /** The user that gets it, if the caller is a whole account. */
  user: string | null,
  /** The conditions. */
  requirements: RequirementsDraft,
  /** The accounts that are known to be the person's own. */
  own_accounts: Array<string>,
  /** Profiles of the AWS CLI for the two accounts. */
  profiles: Profiles,
};
/** Profiles of the AWS CLI. */
export type Profiles = {
  /** For the role's account. */
  role: string | null,
  /** For the caller's account. */
  caller: string | null,
};
/** Whether what exists already may be changed. */
export type Replace = "no" | "yes";
/** Conditions as typed. */
export type RequirementsDraft = {
  /** The external ID that callers must send. */
  external_id: string | null,
  /** Whether callers must have used MFA. */
  mfa: boolean,
  /** How long ago at most, such as `1h`. It implies `mfa`. */
  mfa_age: string | null,
  /** Public addresses or ranges, with commas. */
  source_ip: string | null,
  /** VPCs or VPC endpoints, with commas. */
  source_vpc: string | null,
  /** The session name, which may have `*` and `${aws:username}`. */
  session_name: string | null,
  /** The source identity, which may have `*` and `${aws:username}`. */
  source_identity: string | null,
  /** Session tags as `KEY=VALUE`, with commas. The value `*` is any. */
  tags: string | null,
  /** The ID of the organization. */
  organization: string | null,
  /** The longest session, such as `4h`. */
  longest_session: string | null,
};
/** Whose sessions are revoked. */
export type RevocationTarget = { "role": string } | { "session": string } | { "key": string };
/** A revocation, before it is done or after. It has no secret. */
export type RevocationView = {
  /** A digest of what is put, on what, with which credentials, in place of what. It is given back to do that. */
  digest: string,
  /** The ARN of the role or user that gets the policy. */
  holder: string,
  /** The name of the inline policy. */
  policy_name: string,
  /** The policy. */
  document: string,
  /** The time in it, by AWS's clock. */
  at: string,
  /** The session name, if only sessions of one name are revoked. */
  session_name: string | null,
  /** With what it is done. */
  by: By,
  /** Whether that is a session which the policy denies everything too. */
  by_is_hit: boolean,
  /** All access keys and live sessions here that are in the same account, likely ones first. */
  choices: Array<By>,
  /** The sessions on this machine that are revoked. */
  hit: Array<Hit>,
  /** The roles here that were assumed from a revoked session and keep working. */
  living_on: Array<string>,
  /** What AWS has under the same name now. */
  existing: Existing,
  /** The policy that permits the revocation and its undo. */
  permission: string,
  /** The AWS CLI's command that does the same. */
  command: string,
};
/** Whether a revocation is done. */
export type RevokeStep = { "preview": {
  /** With which credentials it would be done. */
  with: With, } } | { "write": {
  /** The time in the policy. */
  at: string,
  /** The credentials. */
  by: By,
  /** The digest of what was shown. */
  digest: string, } };
/** A role as entered or read from a file, not yet checked. */
export type RoleEntry = {
  /** See [`Role::name`]. */
  name: string,
  /** See [`Role::arn`]. */
  arn: string,
  /** See [`Role::source`]. */
  source: string,
  /** See [`Role::session_name`]. */
  session_name: string | null,
  /** See [`Role::duration`]. */
  duration: string | null,
  /** See [`Role::external_id`]. */
  external_id: string | null,
  /** See [`Role::mfa_serial`]. */
  mfa_serial: string | null,
  /** See [`Role::mfa_code`]. */
  mfa_code: string | null,
  /** See [`Role::source_identity`]. */
  source_identity: string | null,
  /** See [`Role::tags`]. */
  tags: Array<SessionTag>,
  /** The keys of the tags that the next role in a chain inherits. */
  transitive_tags: Array<string>,
  /** See [`Role::policy`]. */
  policy: string | null,
  /** See [`Role::policy_arns`]. */
  policy_arns: Array<string>,
  /** The target of the reason: `source_identity` or `tag:KEY`; see [`Role::reason`]. */
  reason: string | null,
  /** The pattern of the reason, such as `OPS-#`. */
  reason_pattern: string | null,
  /** See [`Role::region`]. */
  region: string | null,
  /** See [`Role::output`]. */
  output: string | null,
  /** See [`Role::browser`]. */
  browser: string | null,
  /** See [`Role::group`]. */
  group: string | null,
  /** See [`Role::renew`]. */
  renew: string | null,
  /** See [`Role::lead_times`]. */
  lead_times: Array<string>,
};
/** What can be asked about kits that are applied. */
export type SetupCall = { "plan": SetupRequest } | { "begin": {
  /** The kit. */
  request: SetupRequest,
  /** Whether what exists already may be changed. */
  replace: Replace,
  /** The digest of the plan that was shown. */
  digest: string, } } | { "continue": {
  /** The number of the run. */
  number: number,
  /** Its digest, as it was shown. */
  digest: string,
  /** How often the step was tried. */
  tries: number, } } | { "undo": {
  /** The number of the run. */
  number: number,
  /** Its digest, as it was shown. */
  digest: string,
  /** How often the step was tried. */
  tries: number, } } | "runs";
/** What happened when the next step was due. */
export type SetupProgress = { "step": SetupStepView } | { "wait": {
  /** Why, as a sentence. */
  message: string,
  /** After how many milliseconds. */
  ms: number, } } | "finished";
/** What is to be applied, and by whom. */
export type SetupRequest = {
  /** The kit. */
  draft: KitDraft,
  /** What signs in each account. */
  signers: Array<SetupSigner>,
  /** The finished role, if it is added to Rolecall. */
  entry: RoleEntry | null,
};
/** The access key or role that signs in an account. */
export type SetupSigner = {
  /** The account's 12 digits. */
  account: string,
  /** The access key, or the role with a session. */
  by: By,
  /** The ID of the access key or the ARN of the role, to which a run is bound: another key of the same name does not go on with it. Empty in a request. */
  id: string,
};
/** How far a step is. */
export type SetupStepState = "planned" | "changes" | "stays" | "begun" | "done" | "undoing" | "undone" | "left";
/** A step. */
export type SetupStepView = {
  /** The account; empty for what is done in Rolecall. */
  account: string,
  /** What it makes, such as `the role guest`. */
  title: string,
  /** How far it is. */
  state: SetupStepState,
  /** What is different from what was expected, as a sentence. */
  note: string | null,
  /** What its title and policy leave out, such as the whole ARN. */
  details: string | null,
  /** The policy that it puts, if it puts one. */
  policy: string | null,
  /** The policy that was there before, and that is put back if the step is taken back. */
  policy_before: string | null,
  /** The name of the role in Rolecall, if this step added it. */
  role: string | null,
};
/** A kit that is planned, applied or taken back. */
export type SetupView = {
  /** The number of the run; 0 for a plan. */
  number: number,
  /** A digest of the plan or run. It is given back to do what was shown, and nothing else. */
  digest: string,
  /** The role. */
  role_arn: string,
  /** When it began. */
  started_at: string,
  /** What signs in each account. */
  signers: Array<SetupSigner>,
  /** The steps in order. */
  steps: Array<SetupStepView>,
  /** Whether there is something left to do. */
  is_open: boolean,
  /** Whether it is being taken back. */
  is_undoing: boolean,
};
/** What an undo does with a policy. */
export type UndoAction = { "remove": string } | { "put_back": string } | "nothing" | { "changed": string } | { "suspect": string };
/** One policy that Rolecall put. */
export type UndoItem = {
  /** The name of the policy. */
  policy_name: string,
  /** What the undo does. */
  action: UndoAction,
};
/** Whether an undo is done. */
export type UndoStep = { "preview": {
  /** With which credentials it would be done. */
  with: With, } } | { "write": {
  /** The credentials. */
  by: By,
  /** The digest of what was shown. */
  digest: string, } };
/** An undo, before it is done or after. It has no secret. */
export type UndoView = {
  /** A digest of what is done, with which credentials. It is given back to do that. */
  digest: string,
  /** The ARN of the role or user. */
  holder: string,
  /** With what it is done. */
  by: By,
  /** All access keys and live sessions here that are in the same account. */
  choices: Array<By>,
  /** What Rolecall put there, and what happens to it. */
  items: Array<UndoItem>,
  /** The policy that permits the undo. */
  permission: string,
};
/** Which credentials the user wants to sign with. */
export type With = "any" | { "named": string } | { "exactly": By };
