/** The plan of a statement, as Postgres ran it. */
import type { QuerySqlToken } from 'slonik';
import { z } from 'zod';
import type { DatabasePool } from '../../store/pool.ts';

export interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Rows Removed by Filter'?: number;
  'Actual Rows': number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: PlanNode[];
}

/** Runs a statement once. @returns the buffers that it touched, and all nodes of its plan */
export async function explain(
  pool: DatabasePool,
  statement: QuerySqlToken,
): Promise<{ buffers: number; nodes: PlanNode[] }> {
  const explained = {
    ...statement,
    sql: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statement.sql}`,
    parser: z.any(),
  };
  const row: { 'QUERY PLAN': string | [{ Plan: PlanNode }] } = await pool.one(explained);
  const plan = row['QUERY PLAN'];
  const [{ Plan: root }] = typeof plan === 'string' ? (JSON.parse(plan) as [{ Plan: PlanNode }]) : plan;
  const nodes: PlanNode[] = [];
  const visit = (node: PlanNode) => {
    nodes.push(node);
    node.Plans?.forEach(visit);
  };
  visit(root);
  return { buffers: root['Shared Hit Blocks'] + root['Shared Read Blocks'], nodes };
}
