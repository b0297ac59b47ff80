// Checks a session policy while it is typed: JSON syntax and size. The backend validates the rest.

/** The limit for the inline policy and the ARNs together, in characters without white space. */
export const POLICY_MAX = 2048;

/** Returns the JSON syntax error of a text, or null. */
export function jsonError(text: string): string | null {
  if (text.trim() === "") return null;
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return `Not JSON yet${place(text, String(error))}.`;
  }
}

function place(text: string, message: string): string {
  const at = /position (\d+)/.exec(message)?.[1];
  const position = /line (\d+) column (\d+)/.exec(message);
  if (position) return `: line ${position[1]}, column ${position[2]}`;
  if (at === undefined) return "";
  const before = text.slice(0, Number(at)).split("\n");
  return `: line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** Returns how many characters AWS counts: the policy without white space between its tokens, and the ARNs. */
export function countedSize(policy: string, arns: string[]): number {
  return compact(policy).length + arns.reduce((sum, arn) => sum + arn.length, 0);
}

function compact(text: string): string {
  try {
    return text.trim() === "" ? "" : JSON.stringify(JSON.parse(text));
  } catch {
    return text.trim();
  }
}
