// The prefix of connected profiles whose role is itself a profile of AWS's file, so that the names differ.

export const OWN_PREFIX = "rolecall-";
