/** Whose data a call reads or writes. */

/** A tenant and the partition that holds all of its events; each key of the log begins with it. */
export interface Tenancy {
  partition: number;
  /** A UUID. */
  tenantId: string;
}
