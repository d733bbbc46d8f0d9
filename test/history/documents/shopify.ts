/** Orders in the shape of Shopify's REST documents, written for these tests. */
import type { ShopifyOrder } from '../../../examples/shopify-order.ts';

const address = {
  name: 'Edda Quist',
  company: 'Tang & Co',
  address1: 'Kaigasse 4',
  address2: '',
  city: 'Bremen',
  province_code: null,
  zip: '28195',
  phone: '+49 421 000000',
  country_code: 'DE',
};

const vat = (price: string) => [{ title: 'VAT', rate: 0.19, price }];

/** Tax included, two captures of an authorization for two parcels, one pan returned, archived. */
export const returned: ShopifyOrder = {
  id: 5_000_001,
  name: '#2001',
  currency: 'EUR',
  created_at: '2024-02-03T10:00:00+01:00',
  processed_at: '2024-02-03T09:59:58+01:00',
  closed_at: '2024-02-10T12:00:00+01:00',
  email: 'edda@example.com',
  note: 'Ring twice,\nplease',
  tags: 'b2b, spring',
  taxes_included: true,
  total_price: '93.15',
  total_discounts: '11.80',
  financial_status: 'partially_refunded',
  payment_gateway_names: ['shopify_payments'],
  customer: { id: 77 },
  billing_address: address,
  shipping_address: address,
  discount_codes: [{ code: 'SPRING', amount: '10.00' }],
  note_attributes: [{ name: 'gift wrap?', value: 'yes' }],
  tax_lines: vat('14.88'),
  line_items: [
    {
      id: 11,
      title: 'Pan',
      name: 'Pan - 24 cm',
      sku: 'PAN-24',
      quantity: 3,
      price: '25.00',
      discount_allocations: [{ amount: '8.33' }],
      tax_lines: vat('10.64'),
      properties: [{ name: 'engraving', value: 'E.Q.' }],
    },
    {
      id: 12,
      title: 'Rope',
      sku: '',
      quantity: 1,
      price: '25.05',
      discount_allocations: [{ amount: '1.67' }],
      tax_lines: vat('3.73'),
    },
  ],
  shipping_lines: [
    {
      title: 'DHL',
      price: '4.90',
      discount_allocations: [{ amount: '1.80' }],
      tax_lines: vat('0.51'),
    },
  ],
  fulfillments: [
    {
      status: 'success',
      created_at: '2024-02-04T08:00:00+01:00',
      tracking_company: 'DHL',
      tracking_number: 'JD01',
      line_items: [{ id: 11, quantity: 2 }],
    },
    { status: 'cancelled', created_at: '2024-02-04T09:00:00+01:00', line_items: [{ id: 12, quantity: 1 }] },
    {
      status: 'success',
      created_at: '2024-02-05T08:00:00+01:00',
      line_items: [
        { id: 11, quantity: 1 },
        { id: 12, quantity: 1 },
      ],
    },
  ],
  transactions: [
    {
      id: 902,
      parent_id: 901,
      kind: 'capture',
      status: 'success',
      amount: '44.45',
      gateway: 'shopify_payments',
      processed_at: '2024-02-04T08:01:00+01:00',
    },
    {
      id: 901,
      kind: 'authorization',
      status: 'success',
      amount: '93.15',
      gateway: 'shopify_payments',
      processed_at: '2024-02-03T10:00:00+01:00',
    },
    {
      id: 903,
      parent_id: 901,
      kind: 'capture',
      status: 'success',
      amount: '48.70',
      gateway: 'shopify_payments',
      processed_at: '2024-02-05T08:01:00+01:00',
    },
    { id: 900, kind: 'sale', status: 'failure', amount: '93.15', gateway: 'shopify_payments' },
  ],
  refunds: [
    {
      created_at: '2024-02-20T15:00:00+01:00',
      note: 'too heavy',
      refund_line_items: [{ line_item_id: 11, quantity: 1, restock_type: 'return' }],
      order_adjustments: [{ kind: 'shipping_refund', amount: '-2.61', tax_amount: '-0.49' }],
      transactions: [
        {
          id: 904,
          kind: 'refund',
          status: 'success',
          amount: '25.32',
          gateway: 'shopify_payments',
          processed_at: '2024-02-20T15:00:01+01:00',
        },
      ],
    },
  ],
};

/** A guest, tax on top, a tip and a download; the customer cancels and gets all of it back. */
export const cancelled: ShopifyOrder = {
  id: 5_000_002,
  name: '#2002',
  currency: 'USD',
  created_at: '2024-03-01T12:00:00-05:00',
  cancelled_at: '2024-03-01T13:00:00-05:00',
  cancel_reason: 'customer',
  email: '',
  taxes_included: false,
  total_price: '37.97',
  total_discounts: '0.00',
  total_tip_received: '5.00',
  financial_status: 'refunded',
  payment_gateway_names: ['Cash on Delivery (COD)'],
  customer: null,
  line_items: [
    {
      id: 21,
      title: 'Chowder',
      quantity: 2,
      price: '12.50',
      discount_allocations: [],
      tax_lines: [{ title: 'State tax', rate: 0.0888, price: '2.22' }],
    },
    {
      id: 22,
      title: 'Recipe',
      quantity: 1,
      price: '5.75',
      requires_shipping: false,
      discount_allocations: [],
      tax_lines: [],
    },
  ],
  shipping_lines: [],
  refunds: [
    {
      created_at: '2024-03-01T12:59:59-05:00',
      refund_line_items: [
        { line_item_id: 21, quantity: 2, restock_type: 'cancel' },
        { line_item_id: 22, quantity: 1, restock_type: 'cancel' },
      ],
      transactions: [{ id: 911, kind: 'refund', status: 'success', amount: '37.97', gateway: 'cash' }],
    },
  ],
};

/** An older document: discounts and taxes of the whole order only; delivered before it is paid. */
export const onDelivery: ShopifyOrder = {
  id: 5_000_003,
  name: '#2003',
  currency: 'JPY',
  created_at: '2023-11-11T09:00:00+09:00',
  taxes_included: false,
  total_price: '5445',
  total_discounts: '500',
  financial_status: 'pending',
  discount_codes: [{ code: 'KAI', amount: '500' }],
  tax_lines: [{ title: '消費税', rate: 0.1, price: '445' }],
  line_items: [
    { id: 31, title: '昆布', sku: 'KOMBU', quantity: 1, price: '3000', total_discount: '0' },
    { id: 32, title: '若布', sku: 'WAKAME', quantity: 2, price: '1000', total_discount: '0' },
  ],
  shipping_lines: [{ title: 'Yamato', price: '500' }],
  fulfillments: [
    {
      status: 'success',
      created_at: '2023-11-12T09:00:00+09:00',
      line_items: [
        { id: 31, quantity: 1 },
        { id: 32, quantity: 2 },
      ],
    },
  ],
};
