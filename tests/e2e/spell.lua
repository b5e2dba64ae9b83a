local shop = {}

--- How much something costs.
---@param amount integer
---@return integer
function shop.price(amount)
  return amount * 3
end

local total = shop.price(2)
print(total, undefined_thing)
