/** Reads and writes are apart: each kind has its own quota, and its own limit on requests under way. */
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a method changes nothing (RFC 9110, section 9.2.1: it is safe). */
export const isRead = (method: string): boolean => READS.has(method);
