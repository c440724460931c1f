# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for msnav-phone                          -*- shell-script -*-

# A list with commas: what is before the last one stays, and none is named twice.
_msnav_phone_codecs() {
  local before="" name rest=""
  [[ $1 == *,* ]] && before=${1%,*},
  for name in PCMU PCMA DVI4 GSM opus; do
    [[ ,$before == *,"$name",* ]] || rest+=" $name"
  done
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$rest" -- "${1##*,}")
  compopt -o nospace 2>/dev/null # another may follow
}

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
    _msnav_phone_codecs "$cur"
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
