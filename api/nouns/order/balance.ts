/** The noun *balance* of an order: what is to be paid, shipped and given back. */
import { fold } from '../../../domain/order/order.ts';
import { answer } from '../../answer.ts';
import type { Handlers } from '../../handler.ts';
import { balanceDocument } from '../../v2/balance-document.ts';
import { readHistory } from './history.ts';

export const balanceHandlers: Handlers = {
  async getOrderBalance(call) {
    const events = await readHistory(call);
    call.ctx.set('Holdfast-Position', String(events.at(-1)?.position));
    answer(call.ctx, 200, balanceDocument(fold(events)!));
  },
};
