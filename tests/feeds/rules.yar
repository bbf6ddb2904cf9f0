rule nothing { strings: $a = "x" condition: $a }
