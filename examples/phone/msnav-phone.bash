# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for msnav-phone                          -*- shell-script -*-

_msnav_phone() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  case $prev in
  --play | --record)
    mapfile -t COMPREPLY < <(compgen -d -S / -- "$cur"; compgen -f -X '!*.[wW][aA][vV]' -- "$cur")
    compopt -o filenames -o nospace 2>/dev/null
    return
    ;;
  --password-file | --config | --log | --capture)
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    compopt -o filenames 2>/dev/null
    return
    ;;
  --device)
    mapfile -t COMPREPLY < <(compgen -W "default $(aplay -L 2>/dev/null | grep '^[^ ]')" -- "$cur")
    return
    ;;
  --server)
    mapfile -t COMPREPLY < <(compgen -A hostname -- "$cur")
    return
    ;;
  --rate)
    mapfile -t COMPREPLY < <(compgen -W "8000 16000 48000" -- "$cur")
    return
    ;;
  --encryption)
    mapfile -t COMPREPLY < <(compgen -W "if-possible always never" -- "$cur")
    return
    ;;
  --codecs)
    mapfile -t COMPREPLY < <(compgen -W "PCMU PCMA DVI4 GSM opus" -- "$cur")
    return
    ;;
  --port | --keep-alive | --account | --name | --call | --seconds | --ring | --press | --say | --calls | \
    --bind | --advertise | --sip-port | --rtp-ports | --metrics)
    return
    ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "--server --port --account --name --password-file --config
    --keep-alive --reconnect --call --seconds --ring --press --say --auto-answer --auto-reject --calls --codecs
    --bind --advertise --sip-port --rtp-ports --encryption --device --play --record --rate --no-sound
    --cancel-echo --suppress-silence --optional-sound --json --plain --metrics --log --capture --help --version" -- "$cur")
}
complete -F _msnav_phone msnav-phone
