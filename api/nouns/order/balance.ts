/** The noun *balance* of an order. */
import { balanceOf } from '../../../domain/order/balance.ts';
import { answer } from '../../answer.ts';
import type { Handlers } from '../../handler.ts';
import { readOrderUntil } from './history.ts';

export const balanceHandlers: Handlers = {
  async getOrderBalance(call) {
    const { ctx, edition } = call;
    const { state, position } = await readOrderUntil(call);
    ctx.set('Holdfast-Position', String(position));
    answer(ctx, 200, edition.balance!(state.order, balanceOf(state)));
  },
};
