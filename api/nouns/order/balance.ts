/** The noun *balance* of an order. */
import { balanceOf } from '../../../domain/order/balance.ts';
import { fold } from '../../../domain/order/order.ts';
import { answer } from '../../answer.ts';
import type { Handlers } from '../../handler.ts';
import { readHistory } from './history.ts';

export const balanceHandlers: Handlers = {
  async getOrderBalance(call) {
    const { ctx, edition } = call;
    const events = await readHistory(call);
    const state = fold(events)!;
    ctx.set('Holdfast-Position', String(events.at(-1)?.position));
    answer(ctx, 200, edition.balance!(state.order, balanceOf(state)));
  },
};
