package org.domicile.schemas;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Decimals, without the work that a number like 1e999999999 can make. */
final class Numbers {
    /** Beyond what a double reaches. */
    private static final int FARTHEST = 400;

    private Numbers() {}

    /** Refuses what is out of all proportion. */
    static BigDecimal sane(BigDecimal number) {
        if (Math.abs((long) number.scale()) > FARTHEST || number.precision() > 2 * FARTHEST) {
            throw new BadRecord("a number is out of all proportion");
        }
        return number;
    }

    /** A value of a decimal column. */
    static BigDecimal decimal(BigDecimal number, ColumnType.Decimal type) {
        sane(number);
        try {
            BigDecimal scaled = number.setScale(type.scale(), RoundingMode.UNNECESSARY);
            if (scaled.precision() <= type.precision()) {
                return scaled;
            }
        } catch (ArithmeticException e) {
            throw new BadRecord(
                    "a decimal has more than %d digits behind its point".formatted(type.scale()));
        }
        throw new BadRecord("a decimal has more than %d digits".formatted(type.precision()));
    }
}
