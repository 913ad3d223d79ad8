/** Something is wrong, and the message already says all that its reader needs. */
export class PlainError extends Error {}
