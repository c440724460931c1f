#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: valgrind.sh BUILD
# The unit suite under memcheck: errors and what is definitely lost fail.
# Left out are tests that play minutes of sound again and again, which take
# fifty times as long here, tests that are scripts, and most fuzz targets'
# inputs, which sanitizers see: one target compares states with their padding.
# Those for Sofia are in, as sanitizers do not see into her.
set -eu
MSNAV_SKIP="speech_survives_a_bad_network what_is_said_is_heard_both_ways losses_are_counted_exactly
  hold_and_resume_are_no_loss what_was_not_listened_to_is_no_loss
  codec_changes_without_a_gap_or_another_ssrc mute_goes_on_in_time_and_marks_the_next_spurt
  both_sides_hear_each_other roll_over_goes_on_over_changes
  hands_out_every_sample_for_any_sizes losses_are_filled_without_clicks
  five_percent_of_loss_leave_the_voice_as_it_was after_a_stall_the_delay_comes_back_unheard
  drifting_clocks_are_followed_by_scaling echo_is_gone_after_three_seconds
  redundancy_is_sent_while_the_peer_loses round_trip_is_measured
  reports_keep_coming_while_held_and_muted reports_carry_loss_and_jitter_back
  packets_change_places_at_the_change every_change_is_heard_through
  garbage_is_taken_or_refused_whole garbage_is_refused_whole two_that_drew_the_same_part
  speech_here_is_kept without_an_echo_both_may_speak speech_is_found_and_so_are_pauses
  long_losses_are_no_better_than_short_ones quality_depends_on_codec_and_delay
  opus_protects_itself_when_the_peer_loses one_new_key_leaves_the_other_direction_alone
  more_loss_is_stepped_over_farther"
export MSNAV_SKIP
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
tests=$(meson test --list --suite unit 2>/dev/null | sed -n 's/.* \/ //p' |
  grep -vE '^(decode|doc|completion|options|parse|phone|fuzz-[^s]|fuzz-s[^i]|security)')
# shellcheck disable=SC2086
meson test --no-rebuild --num-processes "$(nproc)" --print-errorlogs -t 20 --wrap="valgrind --quiet --leak-check=full
  --show-leak-kinds=definite --errors-for-leak-kinds=definite --error-exitcode=9
  --suppressions=$here/valgrind.supp" $tests
