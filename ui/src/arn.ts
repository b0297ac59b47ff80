// Reading ARNs and account ids for display. The rules of what is allowed are the backend's.

import type { Span } from "./fuzzy";

export interface RoleArn {
  account: string;
  /** The role's name, without its path. */
  role: string;
}

/** Returns the account and name that a role ARN speaks of, or null if it is not one. */
export function readRoleArn(text: string): RoleArn | null {
  const parts = /^arn:[a-z-]+:iam::([0-9]{12}):role\/(?:.*\/)?([A-Za-z0-9+=,.@_-]+)$/.exec(text.trim());
  return parts?.[1] && parts[2] ? { account: parts[1], role: parts[2] } : null;
}

/** Returns the partition an ARN speaks of where it is not the usual one: "aws-cn". */
export function unusualPartition(arn: string): string | null {
  const partition = arn.split(":")[1] ?? "";
  return partition === "aws" ? null : partition;
}

/** Returns an access key id with all but its ends hidden; one that is hidden already stays as it is. */
export function masked(accessKeyId: string): string {
  return accessKeyId.replace(/^([A-Z0-9]{4})[A-Z0-9]+([A-Z0-9]{4})$/, "$1····$2");
}

/** Returns an account id in groups of four: "8087 6821 6571". */
export function grouped(account: string): string {
  return /^[0-9]{12}$/.test(account) ? account.replace(/(.{4})(?=.)/g, "$1 ") : account;
}

/** Returns places in an account id as places in its grouped form. */
export function groupedSpans(account: string, spans: Span[]): Span[] {
  if (grouped(account) === account) return spans;
  return spans.map(([from, to]) => [from + Math.floor(from / 4), to + Math.floor((to - 1) / 4)]);
}

/** Returns the device a user's codes usually come from: the one that bears the user's name. */
export function likelyMfaSerial(userArn: string): string | null {
  const parts = /^(arn:[a-z-]+:iam::[0-9]{12}):user\/(?:.*\/)?([^/]+)$/.exec(userArn);
  return parts ? `${parts[1]}:mfa/${parts[2]}` : null;
}
