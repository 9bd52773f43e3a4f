#include "textflag.h"

// The operands stand in Go's order: the destination last, and of a comparison or a difference the second operand first.
//
// A comparison leaves all bits of a lane set or none. Lanes are packed narrower and narrower until each is a byte, whose
// highest bit goes into the mask. Packing works within the two halves of a register, so the bytes come out of order and
// are brought back into it just before.

// pairs brings the bytes of packed quadwords into order, within each half.
DATA pairs<>+0(SB)/8, $0x0b0a030209080100
DATA pairs<>+8(SB)/8, $0x0f0e07060d0c0504
DATA pairs<>+16(SB)/8, $0x0b0a030209080100
DATA pairs<>+24(SB)/8, $0x0f0e07060d0c0504
GLOBL pairs<>(SB), RODATA|NOPTR, $32

// fours brings the doublewords of packed doublewords into order.
DATA fours<>+0(SB)/8, $0x0000000400000000
DATA fours<>+8(SB)/8, $0x0000000500000001
DATA fours<>+16(SB)/8, $0x0000000600000002
DATA fours<>+24(SB)/8, $0x0000000700000003
GLOBL fours<>(SB), RODATA|NOPTR, $32

// powers are the bits 0 to 7.
DATA powers<>+0(SB)/8, $0x8040201008040201
DATA powers<>+8(SB)/8, $0x8040201008040201
GLOBL powers<>(SB), RODATA|NOPTR, $16

// INTS compares 32 quadwords at offset o of SI; the mask of those beyond the width goes into a register.
#define INTS(o, to) \
	VPADDQ     (o+0)(SI), Y0, Y3;   \
	VPADDQ     (o+32)(SI), Y0, Y4;  \
	VPADDQ     (o+64)(SI), Y0, Y5;  \
	VPADDQ     (o+96)(SI), Y0, Y6;  \
	VPADDQ     (o+128)(SI), Y0, Y7; \
	VPADDQ     (o+160)(SI), Y0, Y8; \
	VPADDQ     (o+192)(SI), Y0, Y9; \
	VPADDQ     (o+224)(SI), Y0, Y10; \
	VPCMPGTQ   Y1, Y3, Y3;          \
	VPCMPGTQ   Y1, Y4, Y4;          \
	VPCMPGTQ   Y1, Y5, Y5;          \
	VPCMPGTQ   Y1, Y6, Y6;          \
	VPCMPGTQ   Y1, Y7, Y7;          \
	VPCMPGTQ   Y1, Y8, Y8;          \
	VPCMPGTQ   Y1, Y9, Y9;          \
	VPCMPGTQ   Y1, Y10, Y10;        \
	VSHUFPS    $0x88, Y4, Y3, Y3;   \
	VSHUFPS    $0x88, Y6, Y5, Y5;   \
	VSHUFPS    $0x88, Y8, Y7, Y7;   \
	VSHUFPS    $0x88, Y10, Y9, Y9;  \
	VPACKSSDW  Y5, Y3, Y3;          \
	VPACKSSDW  Y9, Y7, Y7;          \
	VPACKSSWB  Y7, Y3, Y3;          \
	VPERMQ     $0xd8, Y3, Y3;       \
	VPSHUFB    Y2, Y3, Y3;          \
	VPMOVMSKB  Y3, to

// func maskInts(dst *uint64, values *int64, words int, shift, width uint64)
TEXT ·maskInts(SB), NOSPLIT, $0-40
	MOVQ         dst+0(FP), DI
	MOVQ         values+8(FP), SI
	MOVQ         words+16(FP), CX
	VPBROADCASTQ shift+24(FP), Y0
	VPBROADCASTQ width+32(FP), Y1
	VMOVDQU      pairs<>(SB), Y2

intsWord:
	INTS(0, AX)
	INTS(256, BX)
	SHLQ $32, BX
	ORQ  BX, AX
	NOTQ AX
	MOVQ AX, (DI)
	ADDQ $512, SI
	ADDQ $8, DI
	DECQ CX
	JNZ  intsWord
	VZEROUPPER
	RET

// DAYS compares 32 doublewords.
#define DAYS(o, to) \
	VPADDD    (o+0)(SI), Y0, Y3;  \
	VPADDD    (o+32)(SI), Y0, Y4; \
	VPADDD    (o+64)(SI), Y0, Y5; \
	VPADDD    (o+96)(SI), Y0, Y6; \
	VPCMPGTD  Y1, Y3, Y3;         \
	VPCMPGTD  Y1, Y4, Y4;         \
	VPCMPGTD  Y1, Y5, Y5;         \
	VPCMPGTD  Y1, Y6, Y6;         \
	VPACKSSDW Y4, Y3, Y3;         \
	VPACKSSDW Y6, Y5, Y5;         \
	VPACKSSWB Y5, Y3, Y3;         \
	VPERMD    Y3, Y2, Y3;         \
	VPMOVMSKB Y3, to

// func maskDays(dst *uint64, values *calendar.Day, words int, shift, width uint32)
TEXT ·maskDays(SB), NOSPLIT, $0-32
	MOVQ         dst+0(FP), DI
	MOVQ         values+8(FP), SI
	MOVQ         words+16(FP), CX
	MOVL         shift+24(FP), AX
	VMOVD        AX, X0
	MOVL         width+28(FP), AX
	VMOVD        AX, X1
	VPBROADCASTD X0, Y0
	VPBROADCASTD X1, Y1
	VMOVDQU      fours<>(SB), Y2

daysWord:
	DAYS(0, AX)
	DAYS(128, BX)
	SHLQ $32, BX
	ORQ  BX, AX
	NOTQ AX
	MOVQ AX, (DI)
	ADDQ $256, SI
	ADDQ $8, DI
	DECQ CX
	JNZ  daysWord
	VZEROUPPER
	RET

// CODES looks 32 codes up: the low four bits choose a byte of the set, the next three a bit in it.
#define CODES(o, to) \
	VPMINUW   (o+0)(SI), Y3, Y5;  \
	VPMINUW   (o+32)(SI), Y3, Y6; \
	VPACKUSWB Y6, Y5, Y5;         \
	VPERMQ    $0xd8, Y5, Y5;      \
	VPSRLW    $4, Y5, Y6;         \
	VPAND     Y2, Y5, Y5;         \
	VPAND     Y2, Y6, Y6;         \
	VPSHUFB   Y5, Y0, Y5;         \
	VPSHUFB   Y6, Y1, Y6;         \
	VPAND     Y6, Y5, Y5;         \
	VPCMPEQB  Y6, Y5, Y5;         \
	VPMOVMSKB Y5, to

// func maskCodes(dst *uint64, values *uint16, words int, set *nibbles)
TEXT ·maskCodes(SB), NOSPLIT, $0-32
	MOVQ           dst+0(FP), DI
	MOVQ           values+8(FP), SI
	MOVQ           words+16(FP), CX
	MOVQ           set+24(FP), DX
	VBROADCASTI128 (DX), Y0
	VBROADCASTI128 powers<>(SB), Y1
	VPCMPEQB       Y2, Y2, Y2
	VPSRLW         $9, Y2, Y3       // 127 in every word
	VPSRLW         $12, Y2, Y2
	VPACKUSWB      Y2, Y2, Y2       // 15 in every byte

codesWord:
	CODES(0, AX)
	CODES(64, BX)
	SHLQ $32, BX
	ORQ  BX, AX
	MOVQ AX, (DI)
	ADDQ $128, SI
	ADDQ $8, DI
	DECQ CX
	JNZ  codesWord
	VZEROUPPER
	RET

// func dropSet(dst *uint64, flags *uint8, words int)
TEXT ·dropSet(SB), NOSPLIT, $0-24
	MOVQ  dst+0(FP), DI
	MOVQ  flags+8(FP), SI
	MOVQ  words+16(FP), CX
	VPXOR Y0, Y0, Y0

flagsWord:
	VPCMPEQB  (SI), Y0, Y1
	VPCMPEQB  32(SI), Y0, Y2
	VPMOVMSKB Y1, AX
	VPMOVMSKB Y2, BX
	SHLQ      $32, BX
	ORQ       BX, AX
	ANDQ      AX, (DI)
	ADDQ      $64, SI
	ADDQ      $8, DI
	DECQ      CX
	JNZ       flagsWord
	VZEROUPPER
	RET

// ROW writes the number of the lowest row of AX and takes it out.
#define ROW(o) \
	TZCNTQ AX, R10;       \
	ADDL   R8, R10;       \
	MOVL   R10, (o)(R9);  \
	BLSRQ  AX, AX

// func rows(dst *int32, mask *uint64, words, base int) (n int)
//
// How many rows a word has cannot be foretold: eight are written whatever it says, and those beyond are written over.
TEXT ·rows(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ mask+8(FP), SI
	MOVQ words+16(FP), CX
	MOVQ base+24(FP), R8
	MOVQ DI, DX

rowsWord:
	MOVQ    (SI), AX
	MOVQ    DI, R9
	POPCNTQ AX, BX

rowsEight:
	ROW(0)
	ROW(4)
	ROW(8)
	ROW(12)
	ROW(16)
	ROW(20)
	ROW(24)
	ROW(28)
	ADDQ  $32, R9
	TESTQ AX, AX
	JNZ   rowsEight
	LEAQ  (DI)(BX*4), DI
	ADDQ  $64, R8
	ADDQ  $8, SI
	DECQ  CX
	JNZ   rowsWord
	SUBQ  DX, DI
	SHRQ  $2, DI
	MOVQ  DI, n+32(FP)
	RET

// func rate(points *int32, values *int64, groups int, below *int64, worth *int32, cuts int, first, missing int32)
TEXT ·rate(SB), NOSPLIT, $0-56
	MOVQ         points+0(FP), DI
	MOVQ         values+8(FP), SI
	MOVQ         groups+16(FP), CX
	MOVQ         below+24(FP), R8
	MOVQ         worth+32(FP), R9
	MOVQ         cuts+40(FP), R10
	MOVL         first+48(FP), AX
	VMOVD        AX, X0
	MOVL         missing+52(FP), AX
	VMOVD        AX, X1
	VPBROADCASTD X0, Y0
	VPBROADCASTD X1, Y1
	VPCMPEQQ     Y2, Y2, Y2
	VPSLLQ       $63, Y2, Y2       // the missing value

rateGroup:
	VMOVDQU  (SI), Y3
	VMOVDQU  32(SI), Y4
	VPCMPEQQ Y2, Y3, Y5
	VPCMPEQQ Y2, Y4, Y6
	VSHUFPS  $0x88, Y6, Y5, Y5     // subjects 0 1 4 5, 2 3 6 7, until they are stored
	VPAND    Y1, Y5, Y5
	VPADDD   Y0, Y5, Y5
	XORQ     AX, AX

rateCut:
	VPBROADCASTQ (R8)(AX*8), Y7
	VPBROADCASTD (R9)(AX*4), Y8
	VPCMPGTQ     Y7, Y3, Y9
	VPCMPGTQ     Y7, Y4, Y10
	VSHUFPS      $0x88, Y10, Y9, Y9
	VPAND        Y8, Y9, Y9
	VPADDD       Y9, Y5, Y5
	INCQ         AX
	CMPQ         AX, R10
	JLT          rateCut
	VPERMQ       $0xd8, Y5, Y5
	VMOVDQU      Y5, (DI)
	ADDQ         $64, SI
	ADDQ         $32, DI
	DECQ         CX
	JNZ          rateGroup
	VZEROUPPER
	RET

// PLACE turns a loss into the place of its characteristic, or -1 where nothing was lost. Y10 holds 2^shift-1, Y11 -1.
#define PLACE(loss) \
	VPCMPGTD Y10, loss, Y6; \
	VPANDN   Y10, loss, loss; \
	VPXOR    Y11, Y6, Y6;   \
	VPOR     Y6, loss, loss

// func rank(sums *int32, best *[MaxReasons]int16, groups int, points *int32, stride int, terms *int32, factors int, shift uint)
TEXT ·rank(SB), NOSPLIT, $0-64
	MOVQ         sums+0(FP), DI
	MOVQ         best+8(FP), DX
	MOVQ         groups+16(FP), CX
	MOVQ         points+24(FP), SI
	MOVQ         stride+32(FP), R8
	MOVQ         terms+40(FP), R9
	MOVQ         factors+48(FP), R10
	MOVQ         shift+56(FP), X9
	SHLQ         $2, R8
	VPCMPEQD     Y11, Y11, Y11
	VPSLLD       X9, Y11, Y10
	VPXOR        Y11, Y10, Y10

rankGroup:
	VPXOR Y0, Y0, Y0 // the sum
	VPXOR Y1, Y1, Y1 // the greatest losses, the greatest in Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	MOVQ  SI, R11
	XORQ  AX, AX

rankFactor:
	VMOVDQU      (R11), Y5
	VPBROADCASTD (R9)(AX*4), Y7
	VPADDD       Y5, Y0, Y0
	VPSLLD       X9, Y5, Y5
	VPSUBD       Y5, Y7, Y5
	VPMINSD      Y5, Y1, Y6
	VPMAXSD      Y5, Y1, Y1
	VPMINSD      Y6, Y2, Y5
	VPMAXSD      Y6, Y2, Y2
	VPMINSD      Y5, Y3, Y6
	VPMAXSD      Y5, Y3, Y3
	VPMAXSD      Y6, Y4, Y4
	ADDQ         R8, R11
	INCQ         AX
	CMPQ         AX, R10
	JLT          rankFactor

	VMOVDQU     Y0, (DI)
	PLACE(Y1)
	PLACE(Y2)
	PLACE(Y3)
	PLACE(Y4)
	VPSLLD      $16, Y2, Y2
	VPSLLD      $16, Y4, Y4
	VPBLENDW    $0xaa, Y2, Y1, Y1   // the first two of each subject
	VPBLENDW    $0xaa, Y4, Y3, Y3   // the other two
	VPUNPCKLDQ  Y3, Y1, Y5          // subjects 0 1, 4 5
	VPUNPCKHDQ  Y3, Y1, Y6          // subjects 2 3, 6 7
	VPERM2I128  $0x20, Y6, Y5, Y7
	VPERM2I128  $0x31, Y6, Y5, Y8
	VMOVDQU     Y7, (DX)
	VMOVDQU     Y8, 32(DX)
	ADDQ        $64, DX
	ADDQ        $32, DI
	ADDQ        $32, SI
	DECQ        CX
	JNZ         rankGroup
	VZEROUPPER
	RET

// func fetchInts(column *int64, bytes int)
TEXT ·fetchInts(SB), NOSPLIT, $0-16
	MOVQ column+0(FP), SI
	MOVQ bytes+8(FP), CX
	ADDQ SI, CX
	ANDQ $~63, SI

fetchLine:
	PREFETCHT0 (SI)
	ADDQ       $64, SI
	CMPQ       SI, CX
	JLT        fetchLine
	RET

// func fetchDays(column *calendar.Day, bytes int)
TEXT ·fetchDays(SB), NOSPLIT, $0-16
	JMP ·fetchInts(SB)

// func fetchCodes(column *uint16, bytes int)
TEXT ·fetchCodes(SB), NOSPLIT, $0-16
	JMP ·fetchInts(SB)

// func fetchSubjects(column *uint32, bytes int)
TEXT ·fetchSubjects(SB), NOSPLIT, $0-16
	JMP ·fetchInts(SB)
