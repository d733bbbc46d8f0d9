/** Reads and writes have separate quotas, and separate limits on requests in flight. */
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a method is safe (RFC 9110, section 9.2.1). */
export const isRead = (method: string): boolean => READS.has(method);
