"""HubSpot's own properties, as far as the sandbox has them.

Names: HubSpot, the object guides for contacts, companies, products, line items, invoices, commerce payments,
discounts, fees and taxes, and the property names seen in recorded answers.
"""

import msgspec


class Standard(msgspec.Struct, frozen=True):
    """One property that every account has."""

    type: str
    field_type: str
    options: tuple[str, ...] = ()
    unique: bool = False
    calculated: bool = False


_FIELD_TYPES = {
    "string": "text",
    "number": "number",
    "date": "date",
    "datetime": "date",
    "bool": "booleancheckbox",
    "enumeration": "select",
}

LIFECYCLE = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)
INVOICE_STATUSES = ("draft", "open", "paid", "voided")
PAYMENT_STATUSES = (
    "processing",
    "succeeded",
    "failed",
    "partially_refunded",
    "refunded",
    "processing_refund",
    "disputed_won",
    "disputed_lost",
    "disputed_action_required",
    "disputed_awaiting_decision",
)
PAYMENT_METHODS = ("card", "ach", "cash", "check", "wire_transfer", "other", "sepa", "bacs", "pads")
PROCESSORS = ("hs_payments", "byo_stripe", "none", "quickbooks", "xero")
_BILLING_FREQUENCIES = (
    "weekly",
    "biweekly",
    "monthly",
    "quarterly",
    "per_six_months",
    "annually",
    "per_two_years",
    "per_three_years",
)


def _some(type_: str, names: str, *, calculated: bool = False) -> dict[str, Standard]:
    made = Standard(type_, _FIELD_TYPES[type_], calculated=calculated)
    return dict.fromkeys(names.split(), made)


def _choice(name: str, options: tuple[str, ...], field_type: str = "select") -> dict[str, Standard]:
    return {name: Standard("enumeration", field_type, options)}


_EVERYWHERE = {
    **_some("number", "hs_object_id", calculated=True),
    **_some(
        "string",
        "hs_object_source hs_object_source_label hs_object_source_id hs_object_source_user_id "
        "hs_object_source_detail_1 hs_object_source_detail_2 hs_object_source_detail_3 hs_merged_object_ids",
        calculated=True,
    ),
    **_some("string", "hubspot_owner_id"),
}
_CRM_DATES = {**_some("datetime", "createdate"), **_some("datetime", "hs_lastmodifieddate", calculated=True)}
_COMMERCE_DATES = _some("datetime", "hs_createdate hs_lastmodifieddate", calculated=True)
_ADJUSTMENT = {
    **_EVERYWHERE,
    **_COMMERCE_DATES,
    **_some("string", "hs_label"),
    **_choice("hs_type", ("PERCENT", "FIXED")),
    **_some("number", "hs_value hs_sort_order"),
}
_PRICING = {
    **_some("string", "name description hs_sku hs_tier_ranges hs_tier_prices hs_url hs_images"),
    **_some("number", "price hs_cost_of_goods_sold"),
    **_choice("hs_pricing_model", ("flat", "volume", "graduated", "stairstep")),
    **_choice("recurringbillingfrequency", _BILLING_FREQUENCIES),
    **_some("string", "hs_recurring_billing_period"),
}

PROPERTIES: dict[str, dict[str, Standard]] = {
    "contacts": {
        **_EVERYWHERE,
        **_some("datetime", "createdate"),
        **_some("datetime", "lastmodifieddate", calculated=True),
        "email": Standard("string", "text", unique=True),
        **_some(
            "string",
            "firstname lastname phone mobilephone fax jobtitle company website address city state zip country "
            "hs_lead_status hs_timezone hs_language salutation",
        ),
        **_choice("lifecyclestage", LIFECYCLE, "radio"),
        **_some(
            "string",
            "hs_additional_emails hs_email_domain hs_all_contact_vids hs_calculated_merged_vids",
            calculated=True,
        ),
        **_some("number", "associatedcompanyid", calculated=True),
    },
    "companies": {
        **_EVERYWHERE,
        **_CRM_DATES,
        **_some(
            "string",
            "name domain phone address address2 city state zip country website industry description "
            "hs_additional_domains",
        ),
        **_some("number", "annualrevenue numberofemployees"),
        **_choice("lifecyclestage", LIFECYCLE, "radio"),
        **_some("number", "hs_parent_company_id", calculated=True),
    },
    "products": {
        **_EVERYWHERE,
        **_CRM_DATES,
        **_PRICING,
        **_choice("hs_product_type", ("inventory", "non_inventory", "service")),
        **_choice("hs_status", ("active", "inactive")),
        **_some("string", "hs_folder hs_tax_rate_group_id"),
    },
    "line_items": {
        **_EVERYWHERE,
        **_CRM_DATES,
        **_PRICING,
        **_some("number", "quantity discount hs_discount_percentage hs_position_on_quote"),
        **_some("number", "hs_recurring_billing_number_of_payments"),
        **_some("number", "hs_billing_start_delay_days hs_billing_start_delay_months"),
        **_some("string", "hs_product_id hs_tax_rate_group_id hs_line_item_currency_code hs_external_id"),
        **_some("string", "hs_billing_start_delay_type"),
        **_some("date", "hs_recurring_billing_start_date hs_recurring_billing_end_date"),
        **_some(
            "number",
            "amount hs_pre_discount_amount hs_total_discount hs_effective_unit_price hs_post_tax_amount hs_tax_amount "
            "hs_auto_tax_amount hs_tax_rate hs_margin hs_margin_acv hs_margin_arr hs_margin_mrr hs_margin_tcv hs_acv "
            "hs_arr hs_mrr hs_tcv hs_term_in_months",
            calculated=True,
        ),
        **_some("string", "hs_tax_label hs_tax_category", calculated=True),
    },
    "invoices": {
        **_EVERYWHERE,
        **_COMMERCE_DATES,
        **_choice("hs_invoice_status", INVOICE_STATUSES),
        **_some("bool", "hs_invoice_billable hs_allow_partial_payments"),
        **_some("datetime", "hs_invoice_date hs_due_date hs_payment_date hs_external_createdate"),
        **_some(
            "string",
            "hs_currency hs_number hs_purchase_order_number hs_comments hs_tax_id hs_language hs_locale hs_title "
            "hs_external_invoice_id hs_custom_fields hs_allowed_payment_methods",
        ),
        **_choice("hs_invoice_payment_collection_method", ("manual", "none")),
        **_choice("hs_collect_address_types", ("billing_address", "shipping_address"), "checkbox"),
        "hs_invoice_source": Standard("enumeration", "select", ("data_sync",), calculated=True),
        **_some(
            "string",
            "hs_recipient_shipping_address hs_recipient_shipping_address2 hs_recipient_shipping_city "
            "hs_recipient_shipping_state hs_recipient_shipping_zip hs_recipient_shipping_country "
            "hs_recipient_company_address hs_recipient_company_address2 hs_recipient_company_city "
            "hs_recipient_company_state hs_recipient_company_zip hs_recipient_company_country",
        ),
        **_some("number", "hs_amount_billed hs_balance_due"),
        **_some(
            "number",
            "hs_subtotal hs_amount_paid hs_days_overdue hs_amount_billed_in_company_currency hs_total_discount hs_tax",
            calculated=True,
        ),
        **_some(
            "string",
            "hs_invoice_link hs_pdf_download_link hs_unique_id hs_invoice_latest_contact_email "
            "hs_invoice_latest_contact_firstname hs_invoice_latest_contact_lastname hs_invoice_latest_company_name",
            calculated=True,
        ),
    },
    "commerce_payments": {
        **_EVERYWHERE,
        **_COMMERCE_DATES,
        **_choice("hs_latest_status", PAYMENT_STATUSES),
        **_choice("hs_payment_method_type", PAYMENT_METHODS),
        **_choice("hs_processor_type", PROCESSORS),
        **_some("datetime", "hs_initiated_date hs_payout_date"),
        **_some("number", "hs_initial_amount hs_fees_amount hs_refunds_amount hs_line_item_discounts_amount"),
        **_some(
            "string",
            "hs_currency_code hs_customer_email hs_payment_method_last_4 hs_payment_method_bank_or_issuer "
            "hs_reference_number hs_internal_comment hs_billing_address_street hs_billing_address_city "
            "hs_billing_address_state hs_billing_address_postal_code hs_billing_address_country "
            "hs_shipping_address_street hs_shipping_address_city hs_shipping_address_state "
            "hs_shipping_address_postal_code hs_shipping_address_country",
        ),
        **_some(
            "string",
            "hs_payment_id hs_payment_method hs_payment_type hs_payment_source_app hs_payment_source_id "
            "hs_payment_source_name hs_payment_source_url hs_settlement_currency_code hs_digital_wallet_type "
            "hs_payment_creation_method hs_external_reference_id",
            calculated=True,
        ),
        **_some(
            "number",
            "hs_net_amount hs_net_amount_in_portal_currency hs_net_amount_in_settlement_currency "
            "hs_net_amount_after_refunds hs_platform_fee hs_total_discounts_amount hs_number_of_associated_invoices",
            calculated=True,
        ),
        **_some("bool", "hs_has_associated_invoice hs_hubspot_payments_enabled", calculated=True),
    },
    "discounts": _ADJUSTMENT,
    "fees": _ADJUSTMENT,
    "taxes": _ADJUSTMENT,
}
