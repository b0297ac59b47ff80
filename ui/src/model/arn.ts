// Parses ARNs and account IDs for display. The backend validates them.

import type { Span } from "./fuzzy";

export interface RoleArn {
  account: string;
  /** The role's name, without its path. */
  role: string;
}

/** Returns the account and name of a role ARN, or null if it is not one. */
export function readRoleArn(text: string): RoleArn | null {
  const parts = /^arn:[a-z-]+:iam::([0-9]{12}):role\/(?:.*\/)?([A-Za-z0-9+=,.@_-]+)$/.exec(text.trim());
  return parts?.[1] && parts[2] ? { account: parts[1], role: parts[2] } : null;
}

/** Returns the partition of an ARN if it is not "aws". */
export function unusualPartition(arn: string): string | null {
  const partition = arn.split(":")[1] ?? "";
  return partition === "aws" ? null : partition;
}

/** Returns an access key ID with all but its ends masked. A masked one is returned unchanged. */
export function masked(accessKeyId: string): string {
  return accessKeyId.replace(/^([A-Z0-9]{4})[A-Z0-9]+([A-Z0-9]{4})$/, "$1····$2");
}

/** Returns an account id in groups of four: "8087 6821 6571". */
export function grouped(account: string): string {
  return /^[0-9]{12}$/.test(account) ? account.replace(/(.{4})(?=.)/g, "$1 ") : account;
}

/** Returns spans of an account ID as spans of its grouped form. */
export function groupedSpans(account: string, spans: Span[]): Span[] {
  if (grouped(account) === account) return spans;
  return spans.map(([from, to]) => [from + Math.floor(from / 4), to + Math.floor((to - 1) / 4)]);
}

/** Returns the ARN of the MFA device with the user's name, the usual one. */
export function likelyMfaSerial(userArn: string): string | null {
  const parts = /^(arn:[a-z-]+:iam::[0-9]{12}):user\/(?:.*\/)?([^/]+)$/.exec(userArn);
  return parts ? `${parts[1]}:mfa/${parts[2]}` : null;
}
