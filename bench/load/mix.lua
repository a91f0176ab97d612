-- The reading part of the mix for wrk, as a second opinion: each connection thinks for a tenth of a second between requests.
local pages = {}
for line in io.lines(os.getenv("PAGES")) do pages[#pages + 1] = line end
local tokens = {}
for token in string.gmatch(os.getenv("TOKENS"), "%S+") do tokens[#tokens + 1] = token end

function init() math.randomseed(tonumber(tostring({}):sub(8))) end

function request()
  local headers = { Authorization = "Bearer " .. tokens[math.random(#tokens)] }
  return wrk.format("GET", pages[math.random(#pages)], headers)
end

function delay() return math.random(0, 200) end
