package org.domicile.launcher;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * The astronomical tide at one moment, as the harmonic method has it: a station's level is its mean
 * and, for each constituent, {@code f · amplitude · cos(V + u − phase)}.
 *
 * <p>V is a sum of mean longitudes of moon and sun (polynomials of J. Meeus, Astronomical
 * Algorithms, 1998, of the first degree, which for decades around 2000 are good to a hundredth of a
 * degree), f and u follow the moon's node (P. Schureman, Manual of Harmonic Analysis and Prediction
 * of Tides, US Coast and Geodetic Survey Special Publication 98, 1958). They are computed for the
 * moment itself, where tide tables take the middle of the year: at most some centimetres apart.
 * Weather is in none of it.
 */
final class Tide {
    /** Inclinations of the ecliptic to the equator, and of the moon's path to the ecliptic. */
    private static final double ECLIPTIC = Math.toRadians(23.452);

    private static final double MOON = Math.toRadians(5.145);

    private static final double J2000 = 946_728_000;
    private static final double CENTURY = 36_525.0 * 86_400;

    /** What moves a constituent. @param degrees V + u @param factor f */
    record Turn(double degrees, double factor) {
        /** Of a constituent that two of them make. @param times how often the other counts */
        Turn and(Turn other, int times) {
            return new Turn(
                    degrees + times * other.degrees,
                    factor * Math.pow(other.factor, Math.abs(times)));
        }
    }

    private final Map<String, Turn> turns = new HashMap<>();

    private Tide() {}

    /** All turns at a moment. */
    static Tide at(Instant moment) {
        Tide tide = new Tide();
        double seconds = moment.getEpochSecond() + moment.getNano() / 1e9;
        double centuries = (seconds - J2000) / CENTURY;
        // the mean sun's hour angle, and mean longitudes: of the moon, the sun, where both are
        // nearest, and of the moon's node
        double hour = Math.floorMod(moment.getEpochSecond(), 86_400) / 240.0 + 180;
        double moon = 218.3164477 + 481_267.88123421 * centuries;
        double sun = 280.46646 + 36_000.76983 * centuries;
        double near = 83.3532465 + 4_069.0137287 * centuries;
        double sunNear = 282.93735 + 1.71946 * centuries;
        double node = Math.toRadians((125.04452 - 1_934.136261 * centuries) % 360);
        tide.fill(hour, moon, sun, near, sunNear, node);
        return tide;
    }

    /** What it knows of a constituent; not null for those that {@link TideStation} has. */
    Turn turn(String constituent) {
        Turn found = turns.get(constituent);
        if (found == null) {
            throw new IllegalArgumentException("no constituent is called " + constituent);
        }
        return found;
    }

    private void fill(double t, double s, double h, double p, double p1, double node) {
        double cosine =
                Math.cos(MOON) * Math.cos(ECLIPTIC)
                        - Math.sin(MOON) * Math.sin(ECLIPTIC) * Math.cos(node);
        double i = Math.acos(cosine); // of the moon's path to the equator
        double half = node / 2;
        double sum =
                halves(Math.cos((ECLIPTIC - MOON) / 2), Math.cos((ECLIPTIC + MOON) / 2), half)
                        - half;
        double rest =
                halves(Math.sin((ECLIPTIC - MOON) / 2), Math.sin((ECLIPTIC + MOON) / 2), half)
                        - half;
        double xi = -(sum + rest);
        double nu = sum - rest;
        double sin2i = Math.sin(2 * i);
        double sinSquare = Math.pow(Math.sin(i), 2);
        double nu1 = Math.atan2(sin2i * Math.sin(nu), sin2i * Math.cos(nu) + 0.3347);
        double nu2 =
                Math.atan2(sinSquare * Math.sin(2 * nu), sinSquare * Math.cos(2 * nu) + 0.0727);

        double lunar = Math.toDegrees(2 * xi - 2 * nu);
        double semi = Math.pow(Math.cos(i / 2), 4) / 0.9154;
        double diurnal = Math.toDegrees(2 * xi - nu);
        double daily = Math.sin(i) * Math.pow(Math.cos(i / 2), 2) / 0.3800;

        // the sun's alone
        put("SA", h, 0, 1);
        put("SSA", 2 * h, 0, 1);
        put("S1", t, 0, 1);
        put("P1", t - h + 90, 0, 1);
        put("S2", 2 * t, 0, 1);
        put("T2", 2 * t - h + p1, 0, 1);
        put("R2", 2 * t + h - p1 + 180, 0, 1);
        put("S4", 4 * t, 0, 1);
        put("S6", 6 * t, 0, 1);
        // the moon's of months and fortnights
        put("MM", s - p, 0, (2.0 / 3 - sinSquare) / 0.5021);
        put("MF", 2 * s, Math.toDegrees(-2 * xi), sinSquare / 0.1578);
        // once a day
        put("O1", t - 2 * s + h + 90, diurnal, daily);
        put("Q1", t - 3 * s + h + p + 90, diurnal, daily);
        put("2Q1", t - 4 * s + h + 2 * p + 90, diurnal, daily);
        put("RHO", t - 3 * s + 3 * h - p + 90, diurnal, daily);
        put("J1", t + s + h - p - 90, Math.toDegrees(-nu), sin2i / 0.7214);
        put(
                "OO1",
                t + 2 * s + h - 90,
                Math.toDegrees(-2 * xi - nu),
                Math.sin(i) * Math.pow(Math.sin(i / 2), 2) / 0.0164);
        put(
                "K1",
                t + h - 90,
                Math.toDegrees(-nu1),
                Math.sqrt(0.8965 * sin2i * sin2i + 0.6001 * sin2i * Math.cos(nu) + 0.1006));
        double perigee = Math.toRadians(p) - xi;
        put(
                "M1",
                t - s + h - 90,
                Math.toDegrees(xi - nu + Math.atan2(0.483 * Math.sin(perigee), Math.cos(perigee))),
                daily * Math.sqrt(2.310 + 1.435 * Math.cos(2 * perigee)));
        // twice a day
        put("M2", 2 * (t - s + h), lunar, semi);
        put("N2", 2 * t - 3 * s + 2 * h + p, lunar, semi);
        put("2N2", 2 * t - 4 * s + 2 * h + 2 * p, lunar, semi);
        put("NU2", 2 * t - 3 * s + 4 * h - p, lunar, semi);
        put("MU2", 2 * t - 4 * s + 4 * h, lunar, semi);
        put("LAM2", 2 * t - s + p + 180, lunar, semi);
        double tangent = Math.pow(Math.tan(i / 2), 2);
        double around =
                Math.atan2(Math.sin(2 * perigee), 1 / (6 * tangent) - Math.cos(2 * perigee));
        put(
                "L2",
                2 * t - s + 2 * h - p + 180,
                lunar - Math.toDegrees(around),
                semi
                        * Math.sqrt(
                                1 - 12 * tangent * Math.cos(2 * perigee) + 36 * tangent * tangent));
        put(
                "K2",
                2 * t + 2 * h,
                Math.toDegrees(-nu2),
                Math.sqrt(
                        19.0444 * sinSquare * sinSquare
                                + 2.7702 * sinSquare * Math.cos(2 * nu)
                                + 0.0981));
        put(
                "M3",
                3 * (t - s + h),
                Math.toDegrees(3 * xi - 3 * nu),
                Math.pow(Math.cos(i / 2), 6) / 0.8758);
        // what shallow water makes of those
        made("M4", "M2", "M2", 1);
        made("M6", "M4", "M2", 1);
        made("M8", "M4", "M4", 1);
        made("MN4", "M2", "N2", 1);
        made("MS4", "M2", "S2", 1);
        made("MK3", "M2", "K1", 1);
        made("2MK3", "M4", "K1", -1);
        made("2SM2", "S4", "M2", -1);
        made("MSF", "S2", "M2", -1);
    }

    /** An angle whose tangent is that of half the node, times a ratio; in the node's half turn. */
    private static double halves(double above, double below, double half) {
        return Math.atan2(above * Math.sin(half), below * Math.cos(half));
    }

    private void put(String name, double v, double u, double f) {
        turns.put(name, new Turn(v + u, f));
    }

    private void made(String name, String one, String other, int times) {
        turns.put(name, turn(one).and(turn(other), times));
    }
}
