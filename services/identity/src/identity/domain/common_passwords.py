"""Words that passwords are commonly built on, folded and without the digits and signs added around them."""

_WORDS = """
    abcdefghijkl abcdefghijklm abcdefghijklmnop abcdefghijklmnopqrstuvwxyz administrateur administrator anniversaire
    aqwzsxedcrfv azerty azertyazerty azertyuiop azertyuiopq azertyuiopqs azertyuiopqsdf azertyuiopqsdfghjklm
    bienvenue bonjour bonjourbonjour cantine cantinescolaire changeme chocolat chouchou coucou coucoucoucou
    doudou doudoudoudou dragon ecole famille football garderie iloveyou jetaime jetaimejetaime liberte login
    loulou loulouloulou maison maman mamanpapa marseille merci monmotdepasse motdepasse motdepassesecret
    motdepassemotdepasse nicolas olympique papamaman parent parents paris passe passeport passw password
    passwordpassword portail portailfamille princesse qsdfghjklm qwerty qwertyqwerty qwertyuiop qwertyuiopas
    qwertyuiopasdf qwertyuiopasdfghjkl qwertz qwertzuiop secret secretsecret soleil soleilsoleil toulouse vacances
    welcome wxcvbn
"""
COMMON_WORDS = frozenset(_WORDS.split())
