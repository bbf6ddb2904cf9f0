"""QR codes (ISO/IEC 18004) for tests: byte mode, level L or H, versions 1–10.

matrix(text) gives rows of booleans, dark is true, without a quiet zone. A
small encoder of our own, so that tests need no further package.
"""

# version → (codewords in all, {level: (check codewords a block, blocks)})
VERSIONS = {
    1: (26, {"L": (7, 1), "H": (17, 1)}),
    2: (44, {"L": (10, 1), "H": (28, 1)}),
    3: (70, {"L": (15, 1), "H": (22, 2)}),
    4: (100, {"L": (20, 1), "H": (16, 4)}),
    5: (134, {"L": (26, 1), "H": (22, 4)}),
    6: (172, {"L": (18, 2), "H": (28, 4)}),
    7: (196, {"L": (20, 2), "H": (26, 5)}),
    8: (242, {"L": (24, 2), "H": (26, 6)}),
    9: (292, {"L": (30, 2), "H": (24, 8)}),
    10: (346, {"L": (18, 4), "H": (28, 8)}),
}
ALIGNMENT = {1: [], 2: [6, 18], 3: [6, 22], 4: [6, 26], 5: [6, 30],
             6: [6, 34], 7: [6, 22, 38], 8: [6, 24, 42], 9: [6, 26, 46],
             10: [6, 28, 50]}
LEVEL_BITS = {"L": 1, "H": 2}

EXP = [1] * 512
for _i in range(1, 512):
    _v = EXP[_i - 1] << 1
    EXP[_i] = _v ^ 0x11d if _v & 0x100 else _v
LOG = {EXP[i]: i for i in range(255)}


def multiply(a, b):
    return 0 if a == 0 or b == 0 else EXP[LOG[a] + LOG[b]]


def check_words(data, count):
    generator = [1]
    for i in range(count):
        longer = generator + [0]
        for j, value in enumerate(generator):
            longer[j + 1] ^= multiply(value, EXP[i])
        generator = longer
    rest = list(data) + [0] * count
    for i in range(len(data)):
        factor = rest[i]
        for j, value in enumerate(generator):
            rest[i + j] ^= multiply(value, factor)
    return rest[len(data):]


def codewords(data, version, level):
    total, levels = VERSIONS[version]
    check, blocks = levels[level]
    room = total - check * blocks
    bits = "0100" + format(len(data), "08b" if version < 10 else "016b")
    bits += "".join(format(byte, "08b") for byte in data)
    if len(bits) > room * 8:
        return None
    bits += "0" * min(4, room * 8 - len(bits))
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)]
    for i in range(room - len(words)):
        words.append(0xec if i % 2 == 0 else 0x11)
    short = room // blocks
    parts, at = [], 0
    for block in range(blocks):
        size = short + (block >= blocks - room % blocks)
        parts.append(words[at:at + size])
        at += size
    checks = [check_words(part, check) for part in parts]
    out = []
    for i in range(short + 1):
        out += [part[i] for part in parts if i < len(part)]
    for i in range(check):
        out += [part[i] for part in checks]
    return out


def bch(value, generator, bits):
    rest = value << bits
    for shift in range(rest.bit_length() - generator.bit_length(), -1, -1):
        if rest >> (shift + generator.bit_length() - 1) & 1:
            rest ^= generator << shift
    return value << bits | rest


def place_patterns(grid, version):
    size = len(grid)

    def put(x, y, dark):
        if 0 <= x < size and 0 <= y < size:
            grid[y][x] = dark

    for left, top in ((0, 0), (size - 7, 0), (0, size - 7)):
        for y in range(-1, 8):
            for x in range(-1, 8):
                ring = max(abs(x - 3), abs(y - 3))
                put(left + x, top + y, ring in (0, 1, 3))
    for i in range(8, size - 8):
        grid[6][i] = grid[i][6] = i % 2 == 0
    for cy in ALIGNMENT[version]:
        for cx in ALIGNMENT[version]:
            if grid[cy][cx] is not None and (cx, cy) in (
                    (6, 6), (6, size - 7), (size - 7, 6)):
                continue
            for y in range(-2, 3):
                for x in range(-2, 3):
                    grid[cy + y][cx + x] = max(abs(x), abs(y)) != 1
    grid[size - 8][8] = True


def place_info(grid, version, level, mask):
    size = len(grid)
    info = bch(LEVEL_BITS[level] << 3 | mask, 0x537, 10) ^ 0x5412
    for i in range(15):
        dark = bool(info >> i & 1)
        if i < 6:
            grid[i][8] = dark
        elif i < 8:
            grid[i + 1][8] = dark
        else:
            grid[size - 15 + i][8] = dark
        if i < 8:
            grid[8][size - 1 - i] = dark
        elif i == 8:
            grid[8][7] = dark
        else:
            grid[8][14 - i] = dark
    if version >= 7:
        info = bch(version, 0x1f25, 12)
        for i in range(18):
            dark = bool(info >> i & 1)
            grid[i // 3][size - 11 + i % 3] = dark
            grid[size - 11 + i % 3][i // 3] = dark


def matrix(text, level="L", version=None):
    data = text if isinstance(text, bytes) else text.encode()
    for number in sorted(VERSIONS):
        if version is not None and number != version:
            continue
        words = codewords(data, number, level)
        if words is not None:
            break
    else:
        raise ValueError("too long")
    size = 17 + 4 * number
    grid = [[None] * size for _ in range(size)]
    place_patterns(grid, number)
    place_info(grid, number, level, 0)
    bits = iter("".join(format(word, "08b") for word in words))
    x, up = size - 1, True
    while x > 0:
        if x == 6:
            x -= 1
        for i in range(size):
            y = size - 1 - i if up else i
            for column in (x, x - 1):
                if grid[y][column] is None:
                    bit = next(bits, "0") == "1"
                    grid[y][column] = bit ^ ((y + column) % 2 == 0)
        x -= 2
        up = not up
    return grid


def with_quiet_zone(grid, modules=4):
    size = len(grid) + 2 * modules
    empty = [[False] * size for _ in range(modules)]
    side = [False] * modules
    return empty + [side + row + side for row in grid] + empty
