/** Levels of durability, as HOLDFAST_DURABILITY names them, each safer than the one before. */
export const DURABILITY_LEVELS = [
  /** A crash of the host can lose acknowledged writes, or damage the database. */
  'none',
  /** On the disk of Postgres. */
  'local',
  /** Also received by a synchronous standby. */
  'remote_write',
  /** Also on the disk of a synchronous standby. */
  'remote_flush',
  /** Also visible on a synchronous standby. */
  'remote_apply',
] as const;
export type DurabilityLevel = (typeof DURABILITY_LEVELS)[number];

/** Whether a level is at least as safe as another. */
export const isAtLeast = (level: DurabilityLevel, least: DurabilityLevel): boolean =>
  DURABILITY_LEVELS.indexOf(level) >= DURABILITY_LEVELS.indexOf(least);
