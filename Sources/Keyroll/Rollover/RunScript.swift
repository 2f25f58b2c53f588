/// `run.sh`: sends the requests of a package, in dash, bash and busybox. It is the same in every package.
///
/// The access token stays in a variable of the shell and reaches curl through a pipe from `printf`, which is a part of the shell.
/// addKey and removeKey are sent at most once: a marker is made before, and goes only if curl could not connect.
public enum RunScript {
  /// The name of the script in a package.
  public static let fileName = "run.sh"

  /// The SHA-256 of the text, in hexadecimal: what every package should have.
  public static let sha256 = "085cabe6acf6ec7ad2605729eceb5a0c48e679ec3fe088f560c80400c8b2bcab"

  /// The script, the same in every package.
  public static let text = #"""
    #!/bin/sh
    # keyroll rollover: sends the requests beside it in the order of the file steps. The same file is in every package.
    # Needs sh, curl 7.76 or later, sed, grep, date, rm and sleep. The access token stays in a variable of this shell.
    umask 077
    CDPATH=
    case $0 in */*) cd "${0%/*}" || exit 1 ;; esac
    token='' sent='' missed='' skip='' accepted='' waited=$1 tried='' failed='' gap='' gone='' listed='' finished=''
    say() { printf '%s%s' "$gap" "$*" && gap=' · '; }
    stop() { printf '\nstopped: %s\nbring this folder back, whatever happened\n' "$*" && exit 1; }
    marked() { [ -f sent-add-key ] || [ -f sent-remove-key ]; }
    shows() { printf '%s' "$answer" | grep -qiF -e "\"$1\"" -e "\"$2\""; }
    take() { token=$(printf '%s' "$answer" | sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p'); }
    send() { # FOLDER: gives answer, its status as code, and how curl ended
      answer=$(cd "$1" && printf 'Authorization: Bearer %s\n' "$token" |
        curl -q --output - --config request.curl --max-time 120 2>../curl.log)
      ended=$? code=$(printf '%s' "$answer" | sed -n 's/.*HTTP status \([0-9]*\), answer in answer\.txt$/\1/p')
      case $ended in 0 | 22) ;; *) code=lost && return ;; esac
      printf '%s' "$answer" | sed -e 's/HTTP status [0-9]*, answer in answer\.txt$//' \
        -e 's/\("[a-z_]*_token" *: *"\)[^"]*"/\1taken out"/g' >"$1/answer.txt" || stop "$1/answer.txt cannot be written"
    }
    grep -q '^end .* -$' steps 2>/dev/null || stop 'the file steps is missing or was cut, and nothing was sent; make a new package'
    grep -q '^HTTP/[0-9.]* 200' try-*/answer.txt 2>/dev/null && accepted=before
    while read -r kind folder from until opens what one two <&3; do
      now=$(date -u +%s)
      [ "$kind" != "$sent" ] || continue
      if [ "$missed" ] && [ "$kind" != "$missed" ]; then
        marked || stop "the window of $missed has closed; make a new package"
        missed=''
      fi
      case $kind in
        token | add-key | remove-key)
          if [ "$skip" = "$kind" ] || [ -f "sent-$kind" ]; then say "$kind not sent again" && sent=$kind && continue; fi
          if [ "$now" -ge "$until" ]; then missed=$kind && continue; fi
          [ "$now" -ge "$from" ] || stop "too early: the next window of $kind opens at $opens, in $((from - now)) s"
          [ "$kind" = token ] || (set -C && date -u >"sent-$kind") 2>/dev/null || stop "sent-$kind cannot be made here"
          send "$folder" && sent=$kind missed='' && say "$kind $code"
          case $ended in 6 | 7) rm -f "sent-$kind" && stop "$(sed '' curl.log)" ;; esac
          case $kind:$code in
            token:200) take ;;
            add-key:200) ;;
            remove-key:204) gone=answered ;;
            add-key:lost | remove-key:lost) failed="the answer to $kind was lost" ;;
            *) { [ "$kind" = token ] && marked; } || stop "$kind was not done: $folder/answer.txt $(sed '' curl.log)" ;;
          esac ;;
        list)
          [ "$token" ] || continue
          send "$folder"
          if [ "$code" = 200 ]; then listed=1; fi
          case $what:$code in
            both*:200)
              if shows "$one" "$one" && shows "$two" "$two"; then say 'list shows both'
              else say 'list' && { marked || stop "the list does not show both keys, $one and $two"; }; fi ;;
            gone:200)
              if shows "$one" "$two"; then failed='it is still listed; a list may lag' && say 'list with it'
              else gone=listed && say 'list without it'; fi ;;
            absent:200) say "list $code" && shows "$one" "$two" && skip=add-key ;;
            *:200 | -:403 | absent:403 | gone:403 | both-if-listed:403) say "list $code" ;;
            *) say "list $code" && failed="the list was not given" && { marked || stop "$failed: $folder/answer.txt"; } ;;
          esac ;;
        try)
          if [ "$accepted" ] || [ "$now" -ge "$until" ]; then continue; fi
          if [ "$now" -lt "$from" ]; then
            if [ "$waited" ]; then continue; fi
            printf '\nwaiting until %s to try again; stopped now, it can be run again\n' "$opens" && gap=''
            waited=1 && sleep $((from - now))
          elif [ "$tried" ]; then sleep 20; fi
          send "$folder"
          tried=1 && say "try $code"
          if [ "$code" = 200 ]; then accepted=1; fi
          if [ "$accepted" ] && [ -z "$token" ]; then take; fi ;;
        end)
          finished=1
          case $what:$gone:$listed in
            gone:listed:*) failed='' ;;
            gone::*) failed=${failed:-'nothing shows that the key is gone; make a new package'} ;;
            listed:*:) failed=${failed:-'the list was not given'} ;;
          esac
          if [ "$what" = try ] && [ "$accepted" ]; then failed=''
          elif [ "$what" = try ]; then failed='the new key is not accepted yet; run it again while a window is open'; fi ;;
      esac
    done 3<steps
    [ "$finished" ] || stop 'the file steps was cut; make a new package'
    [ -z "$failed" ] || stop "$failed"
    printf '\nall done; bring this folder back\n'

    """#

  /// The same for a folder of packages: goes on past failures, and writes a line for each.
  public static let parcelText = #"""
    #!/bin/sh
    # keyroll rollover: sends every package in this folder, one after the other, and goes on past failures.
    umask 077
    CDPATH=
    case $0 in */*) cd "${0%/*}" || exit 1 ;; esac
    good=0 bad='' found=''
    once() { # NAME: one line for it; a package that waits for the new key is tried again at the end
      printf '%-24s ' "$1"
      if sh "./$1/run.sh" later >"./$1/run.log" 2>&1; then good=$((good + 1)) && printf 'done     ' && return_code=0
      else return_code=1 && printf 'NOT DONE '; fi
      sed -n 1p "./$1/run.log"
      [ "$return_code" = 0 ] || sed -n 's/^stopped: /                           /p' "./$1/run.log"
      return "$return_code"
    }
    set --
    for script in */run.sh; do
      name=${script%/run.sh}
      [ -f "$script" ] || continue
      found=1
      once "$name" && continue
      if [ -f "$name/sent-add-key" ]; then set -- "$@" "$name"; else bad="$bad $name"; fi
    done
    for name; do
      once "$name" || bad="$bad $name"
    done
    [ "$found" ] || { printf 'no package is in this folder\n' && exit 1; }
    printf '%s done' "$good"
    [ -z "$bad" ] || printf '; not done:%s' "$bad"
    printf '\nbring this folder back, whatever happened\n'
    [ -z "$bad" ]

    """#
}
