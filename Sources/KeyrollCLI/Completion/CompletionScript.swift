/// The scripts that let a shell complete command lines of keyroll: `keyroll --generate-completion-script SHELL`.
///
/// They are short, and similar in the three shells: a script takes the typed words, asks `CompletionAnswer`, and leaves
/// paths to the shell.
package enum CompletionScript: String, CaseIterable {
  case bash
  case zsh
  case fish

  /// The option that asks for one.
  static let option = "--generate-completion-script"

  /// The shell that a command line asks for a script for, as the user named it; nil if it asks for none.
  static func shell(in arguments: [String]) -> String? {
    guard let first = arguments.first, first.hasPrefix(option) else { return nil }
    if first == option { return arguments.count > 1 ? arguments[1] : "" }
    return first.hasPrefix("\(option)=") ? String(first.dropFirst(option.count + 1)) : nil
  }

  package var text: String {
    switch self {
    case .bash: Self.bashText
    case .zsh: Self.zshText
    case .fish: Self.fishText
    }
  }

  // bash ends a word at each colon and equals sign, and completes only the part after it. So the words are read from
  // the line, and the part that bash counts as complete is removed again.
  private static let bashText = #"""
    # Completes command lines of keyroll in bash.

    _keyroll() {
        local line=${COMP_LINE:0:COMP_POINT} quote= char= i n=0
        local -a words=('')
        for ((i = 0; i < ${#line}; i++)); do
            char=${line:i:1}
            if [[ $quote == "'" && $char != "'" ]]; then
                words[n]+=$char
            elif [[ $char == \\ ]]; then
                i=$((i + 1))
                words[n]+=${line:i:1}
            elif [[ -n $quote && $char == "$quote" ]]; then
                quote=
            elif [[ -z $quote && $char == [\'\"] ]]; then
                quote=$char
            elif [[ -z $quote && $char == [[:space:]] ]]; then
                [[ -n ${words[n]} ]] && n=$((n + 1)) && words[n]=
            else
                words[n]+=$char
            fi
        done
        local current=${words[n]} part=${2#[\'\"]} done= prefix= path=
        [[ $n -gt 0 ]] || return
        part=${part//\\/}
        case $current in
        *"$part") done=${current%"$part"} ;;
        esac

        COMPREPLY=()
        while IFS= read -r line; do
            case $line in
            :open) compopt -o nospace ;;
            :files* | :folders*)
                prefix=${line#* }
                compopt -o filenames
                [[ $line == :folders* ]] && i=-d || i=-f
                while IFS= read -r path; do
                    if [[ $prefix != "$done" && -d $path ]]; then
                        path+=/
                        compopt -o nospace
                    fi
                    path=$prefix$path
                    COMPREPLY+=("${path#"$done"}")
                done < <(compgen "$i" -- "${current#"$prefix"}")
                ;;
            *)
                line=${line%%$'\t'*}
                COMPREPLY+=("${line#"$done"}")
                ;;
            esac
        done < <("$1" ---complete "${words[@]:1}" 2>/dev/null)
    }
    complete -F _keyroll keyroll

    """#

  private static let zshText = #"""
    #compdef keyroll
    # Completes command lines of keyroll in zsh.

    _keyroll() {
        local line prefix ret=1
        local -a answer described open
        answer=("${(@f)$("${(Q)words[1]}" ---complete "${(@Q)words[2,CURRENT-1]}" "${(Q)IPREFIX}${(Q)PREFIX}" 2>/dev/null)}")
        for line in "${answer[@]}"; do
            case $line in
            :open) open=(-S '') ;;
            :* | '') ;;
            *) described+=("${${line%%$'\t'*}//:/\\:}${${(M)line%%$'\t'*}:+:${line#*$'\t'}}") ;;
            esac
        done
        if (( ${#described} )); then
            _describe -t values value described "${open[@]}" && ret=0
        fi
        for line in "${answer[@]}"; do
            case $line in
            :files* | :folders*)
                prefix=${line#* }
                compset -P "${(b)prefix}"
                if [[ $line == :folders* ]]; then _files -/ && ret=0; else _files && ret=0; fi
                ;;
            esac
        done
        return ret
    }

    if [[ ${funcstack[1]} == _keyroll ]]; then
        _keyroll "$@"
    else
        compdef _keyroll keyroll
    fi

    """#

  private static let fishText = #"""
    # Completes command lines of keyroll in fish.

    function __keyroll_complete
        set -l words (commandline -opc)
        set -l current (commandline -ct)
        if string match -qr '^[\'"]' -- "$current"
            set current (string sub -s 2 -- "$current")
        else
            set current (string unescape -- "$current")
        end
        for line in (command $words[1] ---complete $words[2..] "$current" 2>/dev/null)
            switch $line
                case ':files *'
                    set -l prefix (string sub -s 8 -- $line)
                    set -l rest (string sub -s (math (string length -- "$prefix") + 1) -- "$current")
                    for path in (__fish_complete_path "$rest")
                        printf '%s%s\n' "$prefix" $path
                    end
                case ':folders *'
                    set -l prefix (string sub -s 10 -- $line)
                    set -l rest (string sub -s (math (string length -- "$prefix") + 1) -- "$current")
                    for path in (__fish_complete_directories "$rest" '')
                        printf '%s%s\n' "$prefix" $path
                    end
                case ':*'
                case '*'
                    printf '%s\n' $line
            end
        end
    end
    complete -c keyroll -f -k -a '(__keyroll_complete)'

    """#
}
