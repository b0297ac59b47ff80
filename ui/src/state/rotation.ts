// Generated from the Rust types with `make types`. Do not edit.

/** The last use of an access key. */
export type LastUse = { "at": string } | "never" | "not_permitted";
/** What to do about an access key. */
export type RotationAction = { "begin": {
  /** The user's other key, which is deleted first because there may be two at most. */
  delete: string | null, } } | { "resume": {
  /** The new key whose secret was lost, which is deleted first. */
  delete: string | null, } } | { "undo": {
  /** The new key whose secret was lost, which is deleted. */
  delete: string | null, } } | "delete_old";
/** What is known before a rotation begins or continues. */
export type RotationPlan = {
  /** The name of the key in Rolecall. */
  key: string,
  /** The ARN of its user. */
  user_arn: string,
  /** The key that Rolecall uses. */
  current: UserKeyView,
  /** The user's other key, if there is one. A user can have two. */
  other: UserKeyView | null,
  /** The new key of a rotation that stopped, if its secret was lost. */
  lost: UserKeyView | null,
  /** The rotation that is not over. */
  rotation: RotationView | null,
  /** The command that asks before it deletes a key that is in the way, as a shell reads it. */
  command: string,
  /** The profiles of AWS's files that have the old key in plaintext. They stop working when it is deactivated. */
  plaintext_profiles: Array<string>,
  /** The profiles whose key was moved to the keychain. They get the new key. */
  moved_profiles: Array<string>,
  /** The time of AWS's clock. */
  now: string,
};
/** A step of a rotation, in their order. */
export type RotationStep = "create" | "switch" | "deactivate" | "delete";
/** A rotation that is not over. */
export type RotationView = {
  /** The key that is replaced. */
  old_id: string,
  /** The new key, once its secret is in the keychain. */
  new_id: string | null,
  /** The step that comes next. */
  next: RotationStep,
  /** When the last step was done. */
  since: string,
  /** Whether it goes back to the old key. */
  is_back: boolean,
  /** Whether Rolecall works on it now. */
  is_running: boolean,
  /** What it waits for. */
  waiting: string | null,
};
/** A key of a user, as IAM knows it. */
export type UserKeyView = {
  /** The key ID. */
  id: string,
  /** Whether AWS accepts it. */
  is_active: boolean,
  /** When it was created. */
  created_at: string,
  /** When it was last used, if it ever was and IAM says so. */
  used_at: string | null,
  /** The name of the key in Rolecall, if it is here. */
  name: string | null,
};
