# Splits start.conf into files of shell assignments; a value can never end its quotes.
function open(name) { if (file != "") close(file); file = name }
function put(key, value) {
  gsub(/'/, "'\\''", value)
  printf "%s='%s'\n", key, value > file
}
{
  sub(/[ \t]*#.*/, "")
  gsub(/^[ \t]+|[ \t]+$/, "")
}
/^\[/ {
  section = tolower($0)
  if (section == "[linbo]") open("/conf/linbo")
  else if (section == "[os]") open("/conf/os." (++systems))
  else if (section == "[partition]") open("/conf/part." (++partitions) ".unnamed")
  else file = ""
  next
}
file != "" && /=/ {
  at = index($0, "=")
  key = tolower(substr($0, 1, at - 1))
  value = substr($0, at + 1)
  gsub(/[^a-z0-9_]/, "", key)
  sub(/^[ \t]+/, "", value)
  if (key == "") next
  if (section == "[partition]" && key == "dev") {
    name = value
    sub(/.*\//, "", name)
    open("/conf/part." partitions "." name)
  }
  put(key, value)
}
