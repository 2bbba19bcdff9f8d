;; The walk over one JSON value: what scanner.ts does, for long texts. Where strings may end is looked for
;; in 64 bytes at once and kept as bits: to wait for a load and a comparison at each string took half the time.
;; It says where the value ends, or -1 where something is wrong, which scanner.ts then puts in words.
;; npm run vectors makes vector-walk-code.ts of this.
;;
;; Memory: what closes each container outside the one that is open, a byte a level, from 0; at 16383
;; what the strings walked hold, in the bits of repair.ts: 1 HTML, 2 a separator, 4 broken, 8 an escape;
;; texts, each with a zero behind it, from 16384 (lent-memory.ts).
(module
  (import "gateway" "memory" (memory 1))
  (func (export "walk") (param $at i32) (param $keep i32) (param $levels i32) (result i32)
    (local $byte i32) (local $closer i32) (local $open i32) (local $naming i32)
    (local $from i32) (local $stops i64) (local $ahead i64)
    (loop $token
      (local.set $byte (i32.load8_u (local.get $at)))
      (if (i32.le_u (local.get $byte) (i32.const 0x20)) (then
        (local.set $at (call $space (local.get $at)))
        (local.set $byte (i32.load8_u (local.get $at)))))
      (block $ended
        (if (i32.eq (local.get $byte) (i32.const 0x22)) (then
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (block $quoted
            (loop $string
              ;; $stops are those of the 64 bytes from $from on.
              (if (i32.ge_u (i32.sub (local.get $at) (local.get $from)) (i32.const 64)) (then
                (local.set $from (local.get $at))
                (local.set $stops (call $stops (local.get $at) (local.get $keep)))))
              (local.set $ahead (i64.shr_u (local.get $stops) (i64.extend_i32_u (i32.sub (local.get $at) (local.get $from)))))
              (if (i64.eqz (local.get $ahead)) (then
                (local.set $at (i32.add (local.get $from) (i32.const 64)))
                (br $string)))
              (local.set $at (i32.add (local.get $at) (i32.wrap_i64 (i64.ctz (local.get $ahead)))))
              (local.set $byte (i32.load (local.get $at)))
              (if (i32.eq (i32.and (local.get $byte) (i32.const 0xff)) (i32.const 0x22)) (then
                ;; From one string to the next, `":"` or `","`, without a look at what else may follow.
                (br_if $quoted (i32.ne (i32.and (local.get $byte) (i32.const 0xffffff))
                  (select (i32.const 0x223a22) (i32.const 0x222c22) (local.get $naming))))
                (br_if $quoted (i32.eqz (local.get $closer)))
                (local.set $naming (i32.gt_u (i32.eq (local.get $closer) (i32.const 0x7d)) (local.get $naming)))
                (local.set $at (i32.add (local.get $at) (i32.const 3)))
                (br $string)))
              (local.set $at (call $special (local.get $at)))
              (br_if $string (i32.gt_s (local.get $at) (i32.const 0)))
              (return (i32.const -1))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $ended (i32.eqz (local.get $naming)))
          (local.set $naming (i32.const 0))
          (local.set $byte (i32.load8_u (local.get $at)))
          (if (i32.le_u (local.get $byte) (i32.const 0x20)) (then
            (local.set $at (call $space (local.get $at)))
            (local.set $byte (i32.load8_u (local.get $at)))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $token (i32.eq (local.get $byte) (i32.const 0x3a)))
          (return (i32.const -1))))
        (if (local.get $naming) (then (return (i32.const -1))))
        (if (i32.le_u (i32.sub (local.get $byte) (i32.const 0x31)) (i32.const 8)) (then
          (loop $digits
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (local.set $byte (i32.load8_u (local.get $at)))
            (br_if $digits (i32.le_u (i32.sub (local.get $byte) (i32.const 0x30)) (i32.const 9))))
          (if (i32.eq (local.get $byte) (i32.const 0x2e)) (then
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (local.set $byte (i32.load8_u (local.get $at)))
            (if (i32.gt_u (i32.sub (local.get $byte) (i32.const 0x30)) (i32.const 9)) (then (return (i32.const -1))))
            (loop $decimals
              (local.set $at (i32.add (local.get $at) (i32.const 1)))
              (local.set $byte (i32.load8_u (local.get $at)))
              (br_if $decimals (i32.le_u (i32.sub (local.get $byte) (i32.const 0x30)) (i32.const 9))))))
          (br_if $ended (i32.ne (i32.or (local.get $byte) (i32.const 0x20)) (i32.const 0x65)))
          (local.set $at (call $exponent (local.get $at)))
          (br_if $ended (i32.gt_s (local.get $at) (i32.const 0)))
          (return (i32.const -1))))
        ;; { is 0x7b and [ is 0x5b; two further, each, is what closes it.
        (if (i32.eq (i32.and (local.get $byte) (i32.const 0xdf)) (i32.const 0x5b)) (then
          (if (i32.eq (local.get $open) (local.get $levels)) (then (return (i32.const -1))))
          (i32.store8 (local.get $open) (local.get $closer))
          (local.set $open (i32.add (local.get $open) (i32.const 1)))
          (local.set $closer (i32.add (local.get $byte) (i32.const 2)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (local.set $byte (i32.load8_u (local.get $at)))
          (if (i32.le_u (local.get $byte) (i32.const 0x20)) (then
            (local.set $at (call $space (local.get $at)))
            (local.set $byte (i32.load8_u (local.get $at)))))
          (br_if $ended (i32.eq (local.get $byte) (local.get $closer)))
          (local.set $naming (i32.eq (local.get $closer) (i32.const 0x7d)))
          (br $token)))
        (local.set $at (call $scalar (local.get $at)))
        (br_if $ended (i32.gt_s (local.get $at) (i32.const 0)))
        (return (i32.const -1)))
      (loop $close
        (if (i32.eqz (local.get $closer)) (then (return (local.get $at))))
        (local.set $byte (i32.load8_u (local.get $at)))
        (if (i32.le_u (local.get $byte) (i32.const 0x20)) (then
          (local.set $at (call $space (local.get $at)))
          (local.set $byte (i32.load8_u (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (if (i32.eq (local.get $byte) (local.get $closer)) (then
          (local.set $open (i32.sub (local.get $open) (i32.const 1)))
          (local.set $closer (i32.load8_u (local.get $open)))
          (br $close))))
      (local.set $naming (i32.eq (local.get $closer) (i32.const 0x7d)))
      (br_if $token (i32.eq (local.get $byte) (i32.const 0x2c))))
    (i32.const -1))

  ;; The bytes, of the next 64, at which a walk through a string stops, a bit for each: quote, backslash and
  ;; control characters; where it is kept also < > & and what is not ASCII, for repair.ts.
  (func $stops (param $at i32) (param $keep i32) (result i64)
    (local $block v128) (local $found i64)
    (if (local.get $keep) (then
      (local.set $block (v128.load offset=0 (local.get $at)))
      (local.set $found (i64.or (local.get $found) (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or
       (v128.or
        (v128.or (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x22))) (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x5c))))
        (v128.or (i8x16.le_u (local.get $block) (i8x16.splat (i32.const 0x1f))) (local.get $block)))
       (v128.or (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x26)))
         (i8x16.eq (v128.and (local.get $block) (i8x16.splat (i32.const 0xfd))) (i8x16.splat (i32.const 0x3c))))))) (i64.const 0))))
      (local.set $block (v128.load offset=16 (local.get $at)))
      (local.set $found (i64.or (local.get $found) (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or
       (v128.or
        (v128.or (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x22))) (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x5c))))
        (v128.or (i8x16.le_u (local.get $block) (i8x16.splat (i32.const 0x1f))) (local.get $block)))
       (v128.or (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x26)))
         (i8x16.eq (v128.and (local.get $block) (i8x16.splat (i32.const 0xfd))) (i8x16.splat (i32.const 0x3c))))))) (i64.const 16))))
      (local.set $block (v128.load offset=32 (local.get $at)))
      (local.set $found (i64.or (local.get $found) (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or
       (v128.or
        (v128.or (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x22))) (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x5c))))
        (v128.or (i8x16.le_u (local.get $block) (i8x16.splat (i32.const 0x1f))) (local.get $block)))
       (v128.or (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x26)))
         (i8x16.eq (v128.and (local.get $block) (i8x16.splat (i32.const 0xfd))) (i8x16.splat (i32.const 0x3c))))))) (i64.const 32))))
      (local.set $block (v128.load offset=48 (local.get $at)))
      (local.set $found (i64.or (local.get $found) (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or
       (v128.or
        (v128.or (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x22))) (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x5c))))
        (v128.or (i8x16.le_u (local.get $block) (i8x16.splat (i32.const 0x1f))) (local.get $block)))
       (v128.or (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x26)))
         (i8x16.eq (v128.and (local.get $block) (i8x16.splat (i32.const 0xfd))) (i8x16.splat (i32.const 0x3c))))))) (i64.const 48))))
    ) (else
      (local.set $block (v128.load offset=0 (local.get $at)))
      (local.set $found (i64.or (local.get $found) (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or
        (v128.or (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x22))) (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x5c))))
        (i8x16.le_u (local.get $block) (i8x16.splat (i32.const 0x1f)))))) (i64.const 0))))
      (local.set $block (v128.load offset=16 (local.get $at)))
      (local.set $found (i64.or (local.get $found) (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or
        (v128.or (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x22))) (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x5c))))
        (i8x16.le_u (local.get $block) (i8x16.splat (i32.const 0x1f)))))) (i64.const 16))))
      (local.set $block (v128.load offset=32 (local.get $at)))
      (local.set $found (i64.or (local.get $found) (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or
        (v128.or (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x22))) (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x5c))))
        (i8x16.le_u (local.get $block) (i8x16.splat (i32.const 0x1f)))))) (i64.const 32))))
      (local.set $block (v128.load offset=48 (local.get $at)))
      (local.set $found (i64.or (local.get $found) (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or
        (v128.or (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x22))) (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x5c))))
        (i8x16.le_u (local.get $block) (i8x16.splat (i32.const 0x1f)))))) (i64.const 48))))
    ))
    (local.get $found))

  ;; The end of the white space that begins at an index.
  (func $space (param $at i32) (result i32)
    (local $block v128) (local $mask i32)
    ;; The one blank behind a colon or a comma.
    (if (i32.gt_u (i32.load8_u offset=1 (local.get $at)) (i32.const 0x20)) (then
      (local.set $mask (i32.load8_u (local.get $at)))
      (if (i32.eq (local.get $mask) (i32.const 0x20)) (then (return (i32.add (local.get $at) (i32.const 1)))))))
    (loop $more
      (local.set $block (v128.load (local.get $at)))
      (local.set $mask (i32.xor (i32.const 0xffff) (i8x16.bitmask (v128.or
        (v128.or
          (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x20)))
          (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x0a))))
        (v128.or
          (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x0d)))
          (i8x16.eq (local.get $block) (i8x16.splat (i32.const 0x09))))))))
      (if (i32.eqz (local.get $mask)) (then
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $more))))
    (i32.add (local.get $at) (i32.ctz (local.get $mask))))

  ;; A number that begins with a minus or a zero, true, false or null.
  (func $scalar (param $at i32) (result i32)
    (local $byte i32)
    (local.set $byte (i32.load8_u (local.get $at)))
    (if (i32.eq (local.get $byte) (i32.const 0x74)) (then
      (return (select (i32.add (local.get $at) (i32.const 4)) (i32.const -1) (i32.eq (i32.load (local.get $at)) (i32.const 0x65757274))))))
    (if (i32.eq (local.get $byte) (i32.const 0x6e)) (then
      (return (select (i32.add (local.get $at) (i32.const 4)) (i32.const -1) (i32.eq (i32.load (local.get $at)) (i32.const 0x6c6c756e))))))
    (if (i32.eq (local.get $byte) (i32.const 0x66)) (then
      (return (select (i32.add (local.get $at) (i32.const 5)) (i32.const -1) (i32.eq (i32.load offset=1 (local.get $at)) (i32.const 0x65736c61))))))
    (if (i32.eq (local.get $byte) (i32.const 0x2d)) (then
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $byte (i32.load8_u (local.get $at)))))
    (if (i32.gt_u (i32.sub (local.get $byte) (i32.const 0x30)) (i32.const 9)) (then (return (i32.const -1))))
    (local.set $at (i32.add (local.get $at) (i32.const 1)))
    (if (i32.ne (local.get $byte) (i32.const 0x30)) (then (local.set $at (call $digits (local.get $at)))))
    (call $fraction (local.get $at)))

  ;; The end of the digits, if any, that begin at an index.
  (func $digits (param $at i32) (result i32)
    (block $end
      (loop $more
        (br_if $end (i32.gt_u (i32.sub (i32.load8_u (local.get $at)) (i32.const 0x30)) (i32.const 9)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $more)))
    (local.get $at))

  ;; The end of a number, behind its whole part.
  (func $fraction (param $at i32) (result i32)
    (local $from i32)
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 0x2e)) (then
      (local.set $from (i32.add (local.get $at) (i32.const 1)))
      (local.set $at (call $digits (local.get $from)))
      (if (i32.eq (local.get $at) (local.get $from)) (then (return (i32.const -1))))))
    (if (i32.eq (i32.or (i32.load8_u (local.get $at)) (i32.const 0x20)) (i32.const 0x65)) (then
      (return (call $exponent (local.get $at)))))
    (local.get $at))

  ;; The end of the exponent whose letter is at an index.
  (func $exponent (param $at i32) (result i32)
    (local $from i32)
    (local.set $from (i32.add (local.get $at) (i32.const 1)))
    (if (i32.or (i32.eq (i32.load8_u (local.get $from)) (i32.const 0x2b)) (i32.eq (i32.load8_u (local.get $from)) (i32.const 0x2d))) (then
      (local.set $from (i32.add (local.get $from) (i32.const 1)))))
    (local.set $at (call $digits (local.get $from)))
    (select (i32.const -1) (local.get $at) (i32.eq (local.get $at) (local.get $from))))

  ;; The index behind an escape or a character at which the walk through a string had to stop; -1
  ;; behind none that a string may hold.
  (func $special (param $at i32) (result i32)
    (local $byte i32) (local $length i32)
    (local.set $byte (i32.load8_u (local.get $at)))
    (if (i32.eq (local.get $byte) (i32.const 0x5c)) (then (return (call $escape (local.get $at)))))
    (if (i32.le_u (local.get $byte) (i32.const 0x1f)) (then (return (i32.const -1))))
    (if (i32.lt_u (local.get $byte) (i32.const 0x80)) (then
      (call $note (i32.const 1))
      (return (i32.add (local.get $at) (i32.const 1)))))
    (local.set $length (call $sequence (local.get $at)))
    (if (i32.eqz (local.get $length)) (then
      (call $note (i32.const 4))
      (return (i32.add (local.get $at) (i32.const 1)))))
    ;; U+2028 and U+2029.
    (if (i32.eq (i32.and (i32.load (local.get $at)) (i32.const 0xfeffff)) (i32.const 0xa880e2)) (then
      (call $note (i32.const 2))))
    (i32.add (local.get $at) (local.get $length)))

  (func $note (param $bit i32)
    (i32.store8 (i32.const 16383) (i32.or (i32.load8_u (i32.const 16383)) (local.get $bit))))

  (func $escape (param $at i32) (result i32)
    (local $byte i32) (local $unit i32)
    (call $note (i32.const 8))
    (local.set $byte (i32.load8_u offset=1 (local.get $at)))
    (if (i32.ne (local.get $byte) (i32.const 0x75)) (then
      (return (select (i32.add (local.get $at) (i32.const 2)) (i32.const -1) (call $escaped (local.get $byte))))))
    (local.set $unit (call $hexadecimal (i32.add (local.get $at) (i32.const 2))))
    (if (i32.lt_s (local.get $unit) (i32.const 0)) (then (return (i32.const -1))))
    (if (i32.ne (i32.and (local.get $unit) (i32.const 0xf800)) (i32.const 0xd800)) (then
      (return (i32.add (local.get $at) (i32.const 6)))))
    ;; Half a pair: the other half is to follow, as an escape of its own.
    (if (i32.lt_u (local.get $unit) (i32.const 0xdc00)) (then
      (if (i32.eq (i32.load16_u offset=6 (local.get $at)) (i32.const 0x755c)) (then
        (local.set $unit (call $hexadecimal (i32.add (local.get $at) (i32.const 8))))
        (if (i32.lt_s (local.get $unit) (i32.const 0)) (then (return (i32.const -1))))
        (if (i32.eq (i32.and (local.get $unit) (i32.const 0xfc00)) (i32.const 0xdc00)) (then
          (return (i32.add (local.get $at) (i32.const 12)))))))))
    (call $note (i32.const 4))
    (i32.add (local.get $at) (i32.const 6)))

  ;; Whether a byte is one of "\/bfnrt: a bit for each from b to t, the other three by themselves.
  (func $escaped (param $byte i32) (result i32)
    (if (i32.le_u (i32.sub (local.get $byte) (i32.const 0x62)) (i32.const 18)) (then
      (return (i32.and (i32.shr_u (i32.const 0x51011) (i32.sub (local.get $byte) (i32.const 0x62))) (i32.const 1)))))
    (i32.or
      (i32.eq (local.get $byte) (i32.const 0x22))
      (i32.or (i32.eq (local.get $byte) (i32.const 0x5c)) (i32.eq (local.get $byte) (i32.const 0x2f)))))

  ;; The value of the four hexadecimal digits that begin at an index; -1 if they are not all digits.
  (func $hexadecimal (param $at i32) (result i32)
    (local $unit i32) (local $end i32) (local $digit i32)
    (local.set $end (i32.add (local.get $at) (i32.const 4)))
    (loop $more
      (local.set $digit (i32.sub (i32.load8_u (local.get $at)) (i32.const 0x30)))
      (if (i32.gt_u (local.get $digit) (i32.const 9)) (then
        (local.set $digit (i32.sub (i32.or (i32.load8_u (local.get $at)) (i32.const 0x20)) (i32.const 0x61)))
        (if (i32.gt_u (local.get $digit) (i32.const 5)) (then (return (i32.const -1))))
        (local.set $digit (i32.add (local.get $digit) (i32.const 10)))))
      (local.set $unit (i32.or (i32.shl (local.get $unit) (i32.const 4)) (local.get $digit)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $at) (local.get $end))))
    (local.get $unit))

  ;; The length of the valid sequence of two to four bytes that begins at an index; 0 if none does.
  (func $sequence (param $at i32) (result i32)
    (local $first i32) (local $second i32)
    (local.set $first (i32.load8_u (local.get $at)))
    (local.set $second (i32.load8_u offset=1 (local.get $at)))
    (if (i32.gt_u (i32.sub (local.get $first) (i32.const 0xc2)) (i32.const 0x32)) (then (return (i32.const 0))))
    (if (i32.ne (i32.and (local.get $second) (i32.const 0xc0)) (i32.const 0x80)) (then (return (i32.const 0))))
    (if (i32.lt_u (local.get $first) (i32.const 0xe0)) (then (return (i32.const 2))))
    ;; The second byte alone tells overlong forms, surrogates and what lies above U+10FFFF.
    (if (i32.and (i32.eq (local.get $first) (i32.const 0xe0)) (i32.lt_u (local.get $second) (i32.const 0xa0))) (then (return (i32.const 0))))
    (if (i32.and (i32.eq (local.get $first) (i32.const 0xed)) (i32.gt_u (local.get $second) (i32.const 0x9f))) (then (return (i32.const 0))))
    (if (i32.and (i32.eq (local.get $first) (i32.const 0xf0)) (i32.lt_u (local.get $second) (i32.const 0x90))) (then (return (i32.const 0))))
    (if (i32.and (i32.eq (local.get $first) (i32.const 0xf4)) (i32.gt_u (local.get $second) (i32.const 0x8f))) (then (return (i32.const 0))))
    (if (i32.ne (i32.and (i32.load8_u offset=2 (local.get $at)) (i32.const 0xc0)) (i32.const 0x80)) (then (return (i32.const 0))))
    (if (i32.lt_u (local.get $first) (i32.const 0xf0)) (then (return (i32.const 3))))
    (select (i32.const 4) (i32.const 0)
      (i32.eq (i32.and (i32.load8_u offset=3 (local.get $at)) (i32.const 0xc0)) (i32.const 0x80))))
)
