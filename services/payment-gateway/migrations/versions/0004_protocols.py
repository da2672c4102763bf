"""Contracts of any protocol, references and handles of attempts, numbers drawn by day."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for statement in CHANGES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("daily_number")


# A secret keeps the seal it has: what it is bound to, commune and régie, does not change. The policies are lifted for
# this transaction, since the owner of the tables would see no row either.
CHANGES = """
alter table merchant_contract no force row level security;
alter table payment no force row level security;
alter table payment_attempt no force row level security;
alter table bank_message no force row level security;
alter table merchant_contract drop constraint merchant_contract_protocol_check;
alter table merchant_contract add column terms jsonb, add column sealed_secrets jsonb;
update merchant_contract set
    terms = jsonb_build_object('protocol', protocol, 'mode', mode, 'shop_name', shop_name, 'site', site, 'rang', rang,
        'identifiant', identifiant, 'page_url', page_url, 'bank_public_key_pem', bank_public_key_pem),
    sealed_secrets = jsonb_build_object('hmac_key', translate(encode(sealed_hmac_key, 'base64'), chr(10), ''));
alter table merchant_contract
    alter column terms set not null,
    alter column sealed_secrets set not null,
    drop column rang, drop column identifiant, drop column page_url, drop column bank_public_key_pem,
    drop column shop_name, drop column sealed_hmac_key;
alter table payment_attempt add column reference text, add column handle text;
update payment_attempt set reference = bank_reference from payment
    where payment.tenant_id = payment_attempt.tenant_id and payment.payment_id = payment_attempt.payment_id;
alter table payment_attempt alter column reference set not null;
create unique index payment_attempt_handle_key on payment_attempt (tenant_id, contract_id, handle);
alter table bank_message drop constraint bank_message_channel_check;
alter table bank_message
    add column kind text,
    add constraint bank_message_channel_check check (channel in ('ipn', 'return', 'answer'));
update bank_message set kind = case
    when code = '00000' then 'accepted'
    when code in ('99999', '00099') then 'pending'
    when code = '00001' then 'cancelled'
    when code = '00030' then 'expired'
    when code = '00015' then 'already_paid'
    else 'refused' end
    where code is not null;
alter table merchant_contract force row level security;
alter table payment force row level security;
alter table payment_attempt force row level security;
alter table bank_message force row level security;
create table daily_number (
    tenant_id uuid not null,
    protocol text not null,
    site text not null,
    day date not null,
    last int not null check (last > 0),
    primary key (tenant_id, protocol, site, day)
)
"""
