/** All abuses, in the order of the report. */
import type { Abuse } from '../abuse.ts';
import { FLOODS } from './floods.ts';
import { FUZZ } from './fuzz.ts';
import { RECEIVERS } from './receivers.ts';
import { SIZES } from './sizes.ts';
import { STREAMS } from './streams.ts';
import { WAITS } from './waits.ts';

export const ABUSES: readonly Abuse[] = [...FLOODS, ...WAITS, ...SIZES, ...STREAMS, ...RECEIVERS, FUZZ];
