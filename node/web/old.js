// Runs only where modules are unknown, that is, before Chrome 61.
document.getElementById('app').style.display = 'none';
document.getElementById('old').removeAttribute('hidden');
document.getElementById('old').style.display = 'block';
