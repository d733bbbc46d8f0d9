/** The noun *edit*: pieces that are cancelled, lines and charges that are added. */
import type { Handlers } from '../../handler.ts';
import { listedRecord } from './record.ts';

const edit = listedRecord({
  command: 'EditOrder',
  event: 'OrderEdited',
  path: 'edits',
  at: 'edited_at',
  notFound: { code: 'edit_not_found', detail: 'This order does not have this edit.' },
});

export const editHandlers: Handlers = {
  editOrder: edit.record,
  listEdits: edit.list,
  getEdit: edit.get,
};
