-- a
SELECT E'\'' /* /* */ */, $t$ x $t$, `q`, [b] # c
FROM t WHERE 'a'
'b' AND ?1 = :x AND a#>>'{b}' -1--2
