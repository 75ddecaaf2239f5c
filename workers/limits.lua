-- What one endpoint may be sent now. See limits.py, which is the only caller; this runs whole or not at all, so that
-- any number of processes may ask at once.
--
-- KEYS  1 state: a hash of the numbers below
--       2 places: permits in flight, scored by when their lease ends
--       3 log: batches of requests granted together, scored by when
--       4 amounts: for each batch in the log, n<batch> requests and t<batch> tokens
-- ARGV  1 operation, 2 length of the log, then what the operation wants
-- Times are milliseconds of the server's own clock. A permit is <granted>-<tokens reserved>-<nonce>-<number>, and what
-- comes before its number is the batch.

local STATE, PLACES, LOG, AMOUNTS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local SPAN = tonumber(ARGV[2])
local LEASE, KEPT = 30000, 6 * 3600 * 1000
local START, GROWS, SHRINKS = 20, 0.05, 0.8
local SHORT_PAUSE, LONGEST_PAUSE, FOLLOWS_WITHIN = 1000, 30000, 60000
local DOWNS, OPEN_FOR = 10, 10000
local FULL_AGAIN, NOTHING_LEAVES = 100, 1000 -- when to ask again where no time is known
local CLOCK_JUMP = 5000

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- born, seen: first and last use. warm: the log holds all there was. limit: the adaptive one, 0 before the first take.
-- slow: a LIMITED has been seen, growth is slow now. oks, full: of this round; full says that the limit was reached.
-- cut: when it was last cut. episodes: that followed each other. pause: until when. downs: in a row. opened: when the
-- circuit was, or 0. trial_at: when the next trial is due. trial: when the one in flight was granted, or 0.
-- proven: it has answered, and not refused us since. refused: when it did. requests, tokens: what the log adds up to.
local NAMES = {
  'born', 'seen', 'warm', 'limit', 'slow', 'oks', 'full', 'cut', 'episodes', 'pause', 'downs', 'opened', 'trial_at',
  'trial', 'proven', 'refused', 'requests', 'tokens',
}
local s = {}

local function load()
  local values = redis.call('HMGET', STATE, unpack(NAMES))
  for i, name in ipairs(NAMES) do s[name] = tonumber(values[i]) or 0 end
end

local function save()
  s.seen = now
  local pairs = {}
  for _, name in ipairs(NAMES) do
    pairs[#pairs + 1] = name
    pairs[#pairs + 1] = s[name]
  end
  redis.call('HSET', STATE, unpack(pairs))
end

-- What is not used for hours goes by itself, but not before the pause it holds.
local function keep()
  local kept = KEPT + math.max(0, s.pause - now)
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, kept) end
end

-- A clock that was set back would make everything here last too long: begin anew, as after a loss.
local function begin()
  load()
  if s.seen > now + CLOCK_JUMP then
    redis.call('DEL', unpack(KEYS))
    load()
  end
  if s.born == 0 then s.born = now end
end

local function forget_old()
  while true do
    local old = redis.call('ZRANGEBYSCORE', LOG, '-inf', '(' .. (now - SPAN), 'LIMIT', 0, 500)
    if #old == 0 then break end
    local fields = {}
    for _, batch in ipairs(old) do
      fields[#fields + 1] = 'n' .. batch
      fields[#fields + 1] = 't' .. batch
    end
    local amounts = redis.call('HMGET', AMOUNTS, unpack(fields))
    for i = 1, #amounts, 2 do
      s.requests = math.max(0, s.requests - (tonumber(amounts[i]) or 0))
      s.tokens = math.max(0, s.tokens - (tonumber(amounts[i + 1]) or 0))
    end
    redis.call('HDEL', AMOUNTS, unpack(fields))
    redis.call('ZREM', LOG, unpack(old))
  end
  -- Sums without a log: it was lost alone (a server short of memory drops single keys). They would stand for ever.
  if redis.call('ZCARD', LOG) == 0 then
    if s.requests > 0 then s.warm, s.born = 0, now end
    s.requests, s.tokens = 0, 0
    redis.call('DEL', AMOUNTS)
  end
end

local function note(batch, at, requests, tokens)
  redis.call('ZADD', LOG, at, batch)
  redis.call('HSET', AMOUNTS, 'n' .. batch, requests, 't' .. batch, tokens)
  s.requests = s.requests + requests
  s.tokens = s.tokens + tokens
end

-- How long until the oldest entries that hold `enough` of one amount have left the log, or a good part of them.
local function until_gone(kind, enough)
  local gone, wait = 0, NOTHING_LEAVES
  local oldest = redis.call('ZRANGE', LOG, 0, 99, 'WITHSCORES')
  for i = 1, #oldest, 2 do
    gone = gone + (tonumber(redis.call('HGET', AMOUNTS, kind .. oldest[i])) or 0)
    wait = oldest[i + 1] + SPAN + 1 - now
    if gone >= enough then break end
  end
  return wait
end

-- A call that is larger than a whole minute allows goes alone, or it would never go.
local function calls_left(tokens_allowed, each)
  if tokens_allowed < 0 or each == 0 then return math.huge end
  if each > tokens_allowed then return s.tokens == 0 and 1 or 0 end
  return math.floor((tokens_allowed - s.tokens) / each)
end

local function take(wanted, each, nonce, most, requests_allowed, tokens_allowed, remembered)
  -- A caller remembers the pause it was told, in case it was lost here.
  if remembered > 0 and now + remembered > s.pause + 100 then s.pause = now + remembered end
  if s.pause > now then return {'', 0, s.pause - now, 'paused'} end
  if s.opened > 0 and now < s.trial_at then return {'', 0, s.trial_at - now, 'broken'} end
  if s.warm == 0 and now - s.born > SPAN then s.warm = 1 end
  if s.warm == 0 and (requests_allowed >= 0 or tokens_allowed >= 0) then return {'', 0, 0, 'cold'} end

  if s.limit == 0 then s.limit = START end
  s.limit = math.max(1, math.min(s.limit, most))
  local limit = math.min(s.limit, most)
  redis.call('ZREMRANGEBYSCORE', PLACES, '-inf', now)
  local flying = redis.call('ZCARD', PLACES)
  -- A trial goes whatever is in flight: calls that hang must not keep it out. And until an endpoint has answered once,
  -- one call goes alone: where money, key or name are wrong, one is enough to know.
  if s.proven == 0 then limit = math.min(limit, 1) end
  local free = s.opened > 0 and math.min(limit, 1) or limit - flying
  local granted = math.min(wanted, free, calls_left(tokens_allowed, each))
  if requests_allowed >= 0 then granted = math.min(granted, requests_allowed - s.requests) end
  granted = math.max(0, granted)

  local batch = now .. '-' .. each .. '-' .. nonce
  if granted > 0 then
    local places = {}
    for i = 0, granted - 1 do
      places[#places + 1] = now + LEASE
      places[#places + 1] = batch .. '-' .. i
    end
    redis.call('ZADD', PLACES, unpack(places))
    note(batch, now, granted, granted * each)
    if s.opened > 0 then s.trial, s.trial_at = now, now + OPEN_FOR end
  end
  if flying + granted >= limit and s.proven == 1 then s.full = 1 end
  if granted == wanted then return {batch, granted, 0, ''} end

  -- Of several reasons, the one that lasts longest says when to ask again.
  local wait, why = 0, 'in_flight'
  local function because(reason, lasts)
    if lasts > wait then wait, why = lasts, reason end
  end
  if flying + granted >= limit then because('in_flight', FULL_AGAIN) end
  if requests_allowed >= 0 and s.requests >= requests_allowed then
    because('requests', until_gone('n', s.requests - requests_allowed + 1))
  end
  if calls_left(tokens_allowed, each) < 1 then
    because('tokens', until_gone('t', math.min(s.tokens, s.tokens - tokens_allowed + each)))
  end
  if s.opened > 0 and granted > 0 then because('broken', OPEN_FOR) end
  return {batch, granted, wait, why}
end

-- While the circuit is open only a trial can close it: an older call says nothing about now.
local function answered(granted)
  if s.opened > 0 and granted > s.opened then s.opened, s.trial = 0, 0 end
  if s.opened == 0 then s.downs = 0 end
end

local function clean_round(most)
  if s.full == 1 then
    local more = s.slow == 0 and s.limit or math.max(1, math.floor(s.limit * GROWS))
    s.limit = math.max(1, math.min(s.limit + more, most))
  end
  s.oks, s.full, s.episodes = 0, 0, 0
end

local function limited(granted, retry_after, jitter)
  local follows = now - math.max(s.cut, s.pause) < FOLLOWS_WITHIN
  if retry_after > 0 then s.pause = math.max(s.pause, now + retry_after) end
  s.oks, s.full = 0, 0
  if granted <= s.cut then return end -- it was under way when that was cut: the same episode
  s.episodes = follows and s.episodes or 0
  if retry_after == 0 then
    local length = math.min(LONGEST_PAUSE, SHORT_PAUSE * 2 ^ s.episodes * jitter)
    s.pause = math.max(s.pause, now + math.floor(length))
  end
  if s.limit == 0 then s.limit = START end
  s.limit = math.max(1, math.floor(s.limit * SHRINKS))
  s.slow, s.cut, s.episodes = 1, now, math.min(s.episodes + 1, 10)
end

local function give_back(batch, requests, tokens)
  if redis.call('HEXISTS', AMOUNTS, 'n' .. batch) == 0 then return end -- it has left the log
  redis.call('HINCRBY', AMOUNTS, 'n' .. batch, -requests)
  redis.call('HINCRBY', AMOUNTS, 't' .. batch, -tokens)
  s.requests = math.max(0, s.requests - requests)
  s.tokens = math.max(0, s.tokens - tokens)
end

-- A permit that is not known (settled before, expired, or from before a loss) gives nothing back and counts for no
-- round; what its end says about the endpoint is heard all the same.
local function settle(permit, ended, tokens, retry_after, most, jitter)
  local batch, granted, each = string.match(permit, '^((%d+)%-(%d+)%-%w+)%-%d+$')
  if not batch then return end
  granted, each = tonumber(granted), tonumber(each)
  -- A refused call keeps its place until it is gone: nobody asks again before the endpoint's row says that it is paused.
  local known = redis.call(ended == 'refused' and 'ZSCORE' or 'ZREM', PLACES, permit)
  known = known and known ~= 0
  if known and ended == 'unsent' then
    give_back(batch, 1, each)
  elseif known and tokens then
    give_back(batch, 0, each - tokens)
  end
  if ended == 'ok' then
    answered(granted)
    if granted > s.refused then s.proven = 1 end
    if known and granted > s.cut then
      s.oks = s.oks + 1
      if s.oks >= s.limit then clean_round(most) end
    end
  elseif ended == 'refused' then
    answered(granted)
    s.proven, s.refused = 0, now
  elseif ended == 'limited' then
    answered(granted)
    limited(granted, retry_after, jitter)
  elseif known and ended == 'down' then
    s.downs = s.downs + 1
    if s.opened > 0 and granted == s.trial then s.trial = 0 end
    if s.opened == 0 and s.downs >= DOWNS then s.opened, s.trial_at, s.trial = now, now + OPEN_FOR, 0 end
  elseif known and s.opened > 0 and granted == s.trial then
    s.trial, s.trial_at = 0, now
  end
end

-- A place that has expired stays free. One from before a loss is taken again: its call is still under way.
local function renew(permit)
  local granted = tonumber(string.match(permit, '^(%d+)%-'))
  if not granted then return end
  if granted < s.born then
    redis.call('ZADD', PLACES, now + LEASE, permit)
  else
    redis.call('ZADD', PLACES, 'XX', now + LEASE, permit)
  end
end

local operation = ARGV[1]
if operation == 'state' then
  load()
  if s.born == 0 then return {0, 0, 0, 0, 0, 'closed'} end
  forget_old()
  save()
  local circuit = 'closed'
  if s.opened > 0 then circuit = (s.trial > 0 or now >= s.trial_at) and 'half_open' or 'open' end
  local flying = redis.call('ZCOUNT', PLACES, '(' .. now, '+inf')
  return {flying, s.limit, s.requests, s.tokens, math.max(0, s.pause - now), circuit}
end

begin()
local answer = 0
if operation == 'take' then
  forget_old()
  answer = take(
    tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]),
    tonumber(ARGV[9])
  )
elseif operation == 'settle' then
  local most, jitter = tonumber(ARGV[3]), tonumber(ARGV[4])
  for i = 5, #ARGV, 4 do
    settle(ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3]), most, jitter)
  end
  answer = math.max(0, s.pause - now)
elseif operation == 'renew' then
  for i = 3, #ARGV do renew(ARGV[i]) end
elseif operation == 'seed' and s.warm == 0 then
  for i = 3, #ARGV, 3 do
    note((now - ARGV[i]) .. '-0-seed' .. i, now - ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]))
  end
  s.warm = 1
end
save()
keep()
return answer
