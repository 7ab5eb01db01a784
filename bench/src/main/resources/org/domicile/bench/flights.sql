-- rows
select count(*) from flights
-- late
select count(*) from flights where delay > 60
-- sums
select sum(distance), avg(delay), count(*) from flights
-- airports
select count(distinct origin), count(distinct destination) from flights
-- days
select min(date), max(date) from flights
-- busiest
select origin, count(*) as c from flights group by origin order by c desc, origin limit 10
-- worst
select origin, destination, count(*) as c, avg(delay) as d from flights group by origin, destination having count(*) > 500 order by d desc, origin, destination limit 10
-- hours
select extract(hour from date) as h, count(*) as c, avg(delay) as d from flights group by h order by h
-- months
select date_trunc('month', date) as m, sum(case when delay > 15 then 1 else 0 end) as late, count(*) as c from flights group by m order by m
-- prefix
select destination, count(*) as c from flights where origin like 'S%' group by destination order by c desc, destination limit 10
-- far
select origin, destination, max(distance) as d from flights where distance > 2000 group by origin, destination order by d desc, origin, destination limit 25
-- first
select date, origin, destination, delay from flights order by delay desc, date, origin, destination limit 10
-- ranks
select origin, destination, c, r from (select origin, destination, count(*) as c, row_number() over (partition by origin order by count(*) desc, destination) as r from flights group by origin, destination) as t where r <= 2 order by origin, r
