// A role as form fields: all texts, empty if not set.
import { durationEntry } from "../model/clock";
import type { RoleEntry } from "../state/changes";
import type { RoleView } from "../state/types";

/** A tag as a row of the form. */
export interface TagRow {
  key: string;
  value: string;
  /** Whether the next role in a chain inherits it. */
  inherited: boolean;
}

type ListField = "tags" | "transitive_tags" | "policy_arns" | "lead_times";
type TextField = Exclude<keyof RoleEntry, ListField>;

export type Draft = Record<TextField, string> & {
  tags: TagRow[];
  /** One ARN per line. */
  policy_arns: string;
  /** As the definition has them; the form does not show them. */
  lead_times: string[];
};

/** Returns the form fields of a role; without one, of a new role with this source. */
export function draftOf(role: RoleView | null, source: string): Draft {
  return {
    name: role?.name ?? "",
    arn: role?.arn ?? "",
    source: role?.source ?? source,
    session_name: role?.session_name ?? "",
    duration: role?.duration_s ? durationEntry(role.duration_s) : "",
    external_id: role?.external_id ?? "",
    mfa_serial: role?.mfa_serial ?? "",
    mfa_code: role?.mfa_code ?? "",
    source_identity: role?.source_identity ?? "",
    tags: (role?.tags ?? []).map((tag) => ({ ...tag, inherited: role?.transitive_tags.includes(tag.key) ?? false })),
    policy: role?.policy ?? "",
    policy_arns: (role?.policy_arns ?? []).join("\n"),
    reason: role?.reason ?? "",
    reason_pattern: role?.reason_pattern ?? "",
    region: role?.region ?? "",
    output: role?.output ?? "",
    browser: role?.browser ?? "",
    group: role?.group ?? "",
    renew: role?.renew ?? "",
    lead_times: role?.lead_times ?? [],
  };
}

/** Returns the role to save. Empty fields become null, and empty tags are dropped. */
export function entryOf(draft: Draft): RoleEntry {
  const set = (text: string) => text.trim() || null;
  const tags = draft.tags.filter((tag) => tag.key.trim() || tag.value.trim());
  return {
    name: draft.name.trim(),
    arn: draft.arn.trim(),
    source: draft.source,
    session_name: set(draft.session_name),
    duration: set(draft.duration),
    external_id: set(draft.external_id),
    mfa_serial: set(draft.mfa_serial),
    mfa_code: set(draft.mfa_code),
    source_identity: set(draft.source_identity),
    tags: tags.map(({ key, value }) => ({ key: key.trim(), value: value.trim() })),
    transitive_tags: tags.filter((tag) => tag.inherited).map((tag) => tag.key.trim()),
    policy: set(draft.policy),
    policy_arns: draft.policy_arns.split(/\s+/).filter(Boolean),
    reason: set(draft.reason),
    reason_pattern: set(draft.reason_pattern),
    region: set(draft.region),
    output: set(draft.output),
    browser: set(draft.browser),
    group: set(draft.group),
    renew: set(draft.renew),
    lead_times: draft.lead_times,
  };
}

/** Returns the role with this ARN, or null. */
export function sameRole(roles: RoleView[], arn: string): RoleView | null {
  const sought = arn.trim();
  return roles.find((role) => role.arn === sought) ?? null;
}
