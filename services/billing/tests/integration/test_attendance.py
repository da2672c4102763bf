"""An absence that is excused is not charged, whatever came first, and what was invoiced already is given back."""

from chassis.ids import new_id
from contracts.events import AttendanceRecorded
from contracts.events.planning import ReservationAttendance
from contracts.values import AttendanceState

CHARGES = "select quantity, unit_price_cents, invoice_id is not null as invoiced from charge order by charge_id"


def recorded(home, state, *, billed, version=2):
    attendance = AttendanceState.ABSENT_UNJUSTIFIED if billed else AttendanceState.ABSENT_JUSTIFIED
    reservation = state.model_copy(update={"version": version, "billed": billed})
    known = ReservationAttendance(attendance=attendance, reservation=reservation)
    return AttendanceRecorded(record_id=new_id(), family_id=home.family_id, attendances=(known,))


async def _charges(town):
    return [row["quantity"] for row in await town.harness.query(CHARGES)]


async def test_an_excused_day_is_not_charged(town, home):
    (state, *others) = (await town.book(home)).reservations
    await town.publish(recorded(home, state, billed=False))
    assert await _charges(town) == [1] * len(others)
    await town.publish(recorded(home, state, billed=True, version=3))
    assert await _charges(town) == [1] * (len(others) + 1), "decided otherwise"


async def test_the_newest_state_wins_in_any_order(town, home):
    committed = town.reservations(home)
    (state, *others) = committed.reservations
    absence = recorded(home, state, billed=False)
    await town.publish(absence)
    await town.publish(committed)
    await town.publish(absence)
    assert await _charges(town) == [1] * len(others)
