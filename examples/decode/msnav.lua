-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Wireshark dissector for text/x-msmsgsinvite, the invitations of MSN
-- Messenger, inside of MSNP's MSG commands.
--
--   tshark -X lua_script:msnav.lua -r call.pcap -Y 'msnav.command == "INVITE"'
--
-- or copy it to the folder "Personal Lua Plugins" of Help > About Wireshark.
-- Ports other than 1863 are found by what the stream says.
local msnav = Proto("msnav", "MSN Messenger invitation")

local f = {}
local function text(abbreviation, name)
  f[abbreviation] = ProtoField.string("msnav." .. abbreviation, name, base.UNICODE)
end
text("application_name", "Application-Name")
text("application_guid", "Application-GUID")
text("session_protocol", "Session-Protocol")
text("context_data", "Context-Data")
text("command", "Invitation-Command")
text("cookie", "Invitation-Cookie")
text("session_id", "Session-ID")
text("conn_type", "Conn-Type")
text("sip_capability", "Sip-Capability")
text("upnp", "UPnP")
text("launch_application", "Launch-Application")
text("request_data", "Request-Data")
text("ip_address", "IP-Address")
text("ip_address_enc64", "IP-Address-Enc64")
text("cancel_code", "Cancel-Code")
text("sender", "Sender")
text("name", "Name of a field")
text("value", "Value of a field")
f.private_ip = ProtoField.ipv4("msnav.private_ip", "Private-IP")
f.public_ip = ProtoField.ipv4("msnav.public_ip", "Public-IP")
f.audio = ProtoField.bool("msnav.audio", "Sound is requested")
f.video = ProtoField.bool("msnav.video", "Pictures are requested")
f.sip_ip = ProtoField.ipv4("msnav.sip_ip", "SIP address")
f.sip_port = ProtoField.uint16("msnav.sip_port", "SIP port")
f.decoded = ProtoField.string("msnav.enc64_decoded", "IP-Address-Enc64, decoded")
f.length = ProtoField.uint32("msnav.length", "Length of the payload")
msnav.fields = f

local malformed = ProtoExpert.new("msnav.malformed", "Malformed line",
  expert.group.MALFORMED, expert.severity.WARN)
local conflict = ProtoExpert.new("msnav.conflict", "IP-Address and its Enc64 differ",
  expert.group.PROTOCOL, expert.severity.WARN)
msnav.experts = { malformed, conflict }

-- Name on the wire, without case, to the field that it is.
local by_name = {}
for abbreviation, name in pairs({
  application_name = "Application-Name", application_guid = "Application-GUID",
  session_protocol = "Session-Protocol", context_data = "Context-Data",
  command = "Invitation-Command", cookie = "Invitation-Cookie",
  session_id = "Session-ID", conn_type = "Conn-Type",
  sip_capability = "Sip-Capability", upnp = "UPnP",
  launch_application = "Launch-Application", request_data = "Request-Data",
  ip_address = "IP-Address", ip_address_enc64 = "IP-Address-Enc64",
  cancel_code = "Cancel-Code", private_ip = "Private-IP", public_ip = "Public-IP",
}) do
  by_name[name:lower()] = abbreviation
end

local TYPE = "text/x%-msmsgsinvite"
local LONGEST_LINE, LONGEST_PAYLOAD = 1024, 65535

local function is_ipv4(value)
  local a, b, c, d = value:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
  return a and tonumber(a) < 256 and tonumber(b) < 256 and tonumber(c) < 256
    and tonumber(d) < 256
end

local function base64(value)
  local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  local out, bits, have = {}, 0, 0
  for c in value:gmatch("[%w%+/]") do
    bits = (bits * 64 + alphabet:find(c, 1, true) - 1) % 16777216
    have = have + 6
    if have >= 8 then
      have = have - 8
      local byte = math.floor(bits / 2 ^ have) % 256
      out[#out + 1] = string.char(byte >= 32 and byte < 127 and byte or 63)
    end
  end
  return table.concat(out)
end

-- One "Name: value" line at its place in the buffer.
local function add_field(tree, range, line, seen)
  local name, blank, value = line:match("^([^:]+):([ \t]*)(.-)[ \t]*$")
  if not name then
    tree:add_proto_expert_info(malformed)
    return
  end
  local where = #value > 0 and range:range(#name + 1 + #blank, #value) or range
  local known = by_name[name:lower()]
  if known == "private_ip" or known == "public_ip" then
    if is_ipv4(value) then
      tree:add(f[known], where, Address.ip(value))
    else
      tree:add(f.name, range, name)
      tree:add_proto_expert_info(malformed)
    end
  elseif known then
    tree:add(f[known], where, value)
  else
    local item = tree:add(f.name, range, name)
    item:add(f.value, where, value)
  end
  if known == "context_data" then
    local wanted = value:match("Requested:([^;]*)") or ""
    tree:add(f.audio, where, wanted:find("SIP_A", 1, true) ~= nil):set_generated()
    tree:add(f.video, where, wanted:find("SIP_V", 1, true) ~= nil):set_generated()
  elseif known == "ip_address" then
    local ip, port = value:match("^([%d%.]+):(%d+)$")
    if ip and is_ipv4(ip) and tonumber(port) < 65536 then
      tree:add(f.sip_ip, where, Address.ip(ip)):set_generated()
      tree:add(f.sip_port, where, tonumber(port)):set_generated()
    end
  elseif known == "ip_address_enc64" then
    tree:add(f.decoded, where, base64(value)):set_generated()
    if seen.ip_address and base64(value) ~= seen.ip_address then
      tree:add_proto_expert_info(conflict)
    end
  end
  if known then
    seen[known] = value
  end
end

local function payload(range, pinfo, tree, sender)
  local all = range:raw()
  local item = tree:add(msnav, range)
  local seen, at = {}, 1
  item:add(f.length, range, #all):set_generated()
  if sender then
    item:add(f.sender, range:range(0, 0), sender):set_generated()
  end
  local body = all:find("\r\n\r\n", 1, true)
  at = body and body + 4 or 1
  while at <= #all do
    local stop = all:find("\n", at, true) or #all + 1
    local line = all:sub(at, stop - 1):gsub("\r$", "")
    if #line > 0 then
      add_field(item, range:range(at - 1, #line), line, seen)
    end
    at = stop + 1
  end
  local command = seen.command or "invitation"
  local why = seen.cancel_code and " " .. seen.cancel_code or ""
  item:append_text(", " .. command .. why .. ", cookie " .. (seen.cookie or "?"))
  pinfo.cols.protocol = "MSNAV"
  pinfo.cols.info = command .. why .. ", cookie " .. (seen.cookie or "?")
end

-- Bytes of the command at an offset: its line and payload.  nil: no whole
-- line.
local function command_at(all, at)
  local stop = all:find("\r\n", at, true)
  if not stop then
    return nil
  end
  local line = all:sub(at, stop - 1)
  local length = line:match("^MSG .* (%d+)$")
  return line, stop + 1, tonumber(length or "0")
end

function msnav.dissector(buffer, pinfo, tree)
  local all = buffer:raw()
  local at = 1
  while at <= #all do
    local line, stop, length = command_at(all, at)
    if not line then
      if #all - at < LONGEST_LINE then
        pinfo.desegment_offset = at - 1
        pinfo.desegment_len = DESEGMENT_ONE_MORE_SEGMENT
      end
      return #all
    end
    if length > LONGEST_PAYLOAD then
      return #all
    end
    if stop + length > #all then
      pinfo.desegment_offset = at - 1
      pinfo.desegment_len = stop + length - #all
      return #all
    end
    if pinfo.cols.protocol ~= "MSNAV" then
      pinfo.cols.protocol = "MSNMS"
    end
    local text_of = all:sub(stop + 1, stop + length)
    if length > 0 and text_of:find("\r\n\r\n", 1, true) and
      text_of:sub(1, 512):find(TYPE) then
      local sender = line:match("^MSG (%S+@%S+) ")
      payload(buffer(stop, length), pinfo, tree, sender)
    elseif #line > 0 then
      pinfo.cols.info = line
    end
    at = stop + length + 1
  end
  return #all
end

-- Other ports: a stream that begins with a command of switchboards.
local verbs = { USR = true, ANS = true, CAL = true, MSG = true, RNG = true, VER = true,
  IRO = true, JOI = true }

local function is_switchboard(buffer, pinfo, tree)
  local start = buffer:raw(0, math.min(buffer:len(), 256))
  local line = start:match("^([^\r\n]*)\r\n")
  if not line or not verbs[line:sub(1, 3)] or line:sub(4, 4) ~= " " then
    return false
  end
  pinfo.conversation = msnav
  msnav.dissector(buffer, pinfo, tree)
  return true
end

DissectorTable.get("tcp.port"):add(1863, msnav)
msnav:register_heuristic("tcp", is_switchboard)
