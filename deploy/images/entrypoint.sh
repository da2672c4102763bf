#!/bin/sh
# Takes the distance of the business clock from the shared volume when there is one, so that every container has the same.
set -eu
clock=/run/portail/clock-offset-seconds
if [ -r "$clock" ]; then
    PORTAIL_CLOCK_OFFSET_SECONDS=$(cat "$clock")
    export PORTAIL_CLOCK_OFFSET_SECONDS
fi
exec "$@"
