"""Slots that overlap may share places: counters of the room that they share, whose places are given to any of them."""

from alembic import op

revision = "0024"
down_revision = "0023"

COLUMN = "alter table activity_calendar add column shared_places boolean not null default false"
NOTE_FREED = """
create or replace function note_freed_places() returns trigger language plpgsql as $body$
-- Whatever gives a place back says so in its own transaction, where somebody waits for it. A row more each time: those
-- who give back never wait for one another, nor for who gives the places on. A place of the room ('*') may be for who
-- waits for any slot of the day.
begin
    if new.slot = '*' then
        insert into freed_slot (tenant_id, activity_id, day, slot)
        select distinct w.tenant_id, w.activity_id, w.day, w.slot
        from waiting w
        where (w.tenant_id, w.activity_id, w.day) = (new.tenant_id, new.activity_id, new.day);
        return null;
    end if;
    insert into freed_slot (tenant_id, activity_id, day, slot)
    select new.tenant_id, new.activity_id, new.day, new.slot
    where exists (
        select 1 from waiting w
        where (w.tenant_id, w.activity_id, w.day, w.slot) = (new.tenant_id, new.activity_id, new.day, new.slot));
    return null;
end
$body$
"""


def upgrade() -> None:
    op.execute(COLUMN)
    op.execute(NOTE_FREED)
