# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion of msnav-decode
_msnav_decode() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  case $prev in
  --width) return ;;
  esac
  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W \
      '--ladder --summary --json --svg --html --wav --output --width --version --help' -- "$cur")
  else
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  fi
}
complete -F _msnav_decode msnav-decode
